import type { DeviceFiles } from '../load/device-files.ts'
import type { Generator } from '../load/putload.ts'
import type { Certificates } from './certificates.ts'
import type { Media } from './media.ts'
import type { Options } from './options.ts'

/** What all rows need. */
export interface Bench {
  readonly options: Options
  /** Aborted by Ctrl-C, or when the time is over. */
  readonly signal: AbortSignal
  /** A directory for all files: in memory if there is room, except for rows that measure a disk. */
  readonly directory: string
  readonly media: Media
  readonly certificates: Certificates
  /** The device that pushes. */
  readonly identity: DeviceFiles
  readonly generate: Generator
}

/** The result of one run of a row: figures by name, and faults in sentences. */
export interface Measurement {
  readonly figures: Readonly<Record<string, number>>
  readonly faults: readonly string[]
}

/** Something to measure with one server after the other. */
export interface Row {
  readonly name: string
  readonly servers: readonly string[]
  /** Whether the row is measured once, even with `--rounds`. */
  readonly isOnce: boolean
  readonly targets: readonly Target[]
  measure(server: string): Promise<Measurement>
}

/** A target. Its figure is computed from the medians of the row. */
export interface Target {
  readonly text: string
  /** `told`: a figure without a target. */
  readonly sense: 'at least' | 'at most' | 'told'
  /** Null for `told`. */
  readonly limit: number | null
  /** Null when a figure that it needs was not measured. */
  figure(median: (server: string, figure: string) => number | null): number | null
}

/** A target on the ratio of this server's figure to another server's. */
export function ratio(figure: string, to: string, sense: Target['sense'], limit: Target['limit']): Target {
  return {
    text: to === 'against' ? `${figure} / the reference, where --against is that` : `${figure} / ${to}`,
    sense,
    limit,
    figure: (median) => quotient(median('server', figure), median(to, figure)),
  }
}

/** A target on the ratio of two figures of this server. */
export function ownRatio(
  text: string,
  [figure, to]: readonly [string, string],
  sense: Target['sense'],
  limit: number,
): Target {
  return {
    text,
    sense,
    limit,
    figure: (median) => quotient(median('server', figure), median('server', to)),
  }
}

const quotient = (one: number | null, other: number | null): number | null =>
  one === null || other === null || other === 0 ? null : one / other

/** A target on a figure of this server alone. */
export function own(text: string, figure: string, sense: Target['sense'], limit: number): Target {
  return { text, sense, limit, figure: (median) => median('server', figure) }
}
