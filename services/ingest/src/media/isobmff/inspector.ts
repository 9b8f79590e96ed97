import type { Inspection } from '../inspection.ts'
import { textHeadBytes, textKindOf } from '../text-kind.ts'
import { createBoxScanner } from './box-scanner.ts'
import { createFaults } from './faults.ts'
import { createHead } from './head.ts'
import type { Part } from './segmenter.ts'
import { createUploadBoxes } from './upload-boxes.ts'

export type { Part }

/** What the bytes of an upload say, for all but the inside of manifests. */
export type MediaInspection = Omit<Inspection, 'mpd' | 'playlist'>

export interface Inspector {
  add(bytes: Buffer): void
  /** What was added is all there is; to be asked once. */
  result(): MediaInspection
}

/**
 * Looks into an upload as its bytes flow by, in any parts. Never throws, holds at most one moov or moof,
 * takes time in proportion to the bytes that are not in an mdat.
 */
export function createInspector({
  onPart = ignore,
}: {
  onPart?: ((part: Part) => void) | undefined
} = {}): Inspector {
  const head = createHead(textHeadBytes)
  const faults = createFaults()
  const content = createUploadBoxes(faults, onPart)
  const scan = createBoxScanner(content)
  return { add, result }

  /** What has turned out to be media is not asked any more whether it is text. */
  function add(bytes: Buffer): void {
    scan.add(bytes)
    if (content.kind() === 'other') head.add(bytes)
  }

  function result(): MediaInspection {
    content.close(scan.end())
    const { kind, ...facts } = content.facts()
    if (kind !== 'other') return { kind, ...facts, faults: faults.all, ...content.outside() }
    const textKind = textKindOf(head.bytes())
    if (textKind !== 'other') return { kind: textKind, ...facts, faults: [] }
    return { kind, ...facts, faults: facts.endsTrack ? faults.all : [notIsobmff(), ...faults.all] }
  }

  function notIsobmff(): Inspection['faults'][number] {
    const start = head.bytes().toString('hex', 0, 8)
    const found = start ? `${scan.bytes()} bytes that begin with ${start} (hex)` : 'nothing'
    return { code: 'media-not-isobmff', message: `expected a moov or moof box; received ${found}` }
  }
}

const ignore = (): void => undefined
