import type { DeviceFiles } from '../load/device-files.ts'
import type { Generator } from '../load/putload.ts'
import type { Certificates } from './certificates.ts'
import type { Media } from './media.ts'
import type { Options } from './options.ts'

/** What every row works with. */
export interface Bench {
  readonly options: Options
  /** Ends everything: Ctrl-C, or the time is over. */
  readonly signal: AbortSignal
  /** For everything that is written: in memory where there is room, but for the rows that measure a disk. */
  readonly directory: string
  readonly media: Media
  readonly certificates: Certificates
  /** The device that pushes. */
  readonly identity: DeviceFiles
  readonly generate: Generator
}

/** What one run of a row came to; figures by name, faults in sentences. */
export interface Measurement {
  readonly figures: Readonly<Record<string, number>>
  readonly faults: readonly string[]
}

/** Something to measure, for one server after the other. */
export interface Row {
  readonly name: string
  readonly servers: readonly string[]
  /** Measured once, even with `--rounds`. */
  readonly isOnce: boolean
  readonly targets: readonly Target[]
  measure(server: string): Promise<Measurement>
}

/** What is to be reached; the figure is made of the medians of the row. */
export interface Target {
  readonly text: string
  /** `told`: worth knowing, nothing is to be reached. */
  readonly sense: 'at least' | 'at most' | 'told'
  /** Null for what is told. */
  readonly limit: number | null
  /** Null where something that it needs was not measured. */
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
