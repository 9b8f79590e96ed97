import type { Inspection } from '../inspection.ts'
import { createManifestKind } from '../manifest-kind.ts'
import { nonMediaHeadBytes, nonMediaOf } from '../non-media.ts'
import { createBoxScanner } from './box-scanner.ts'
import { createHeadBuffer } from './byte-buffers.ts'
import { createFaults } from './faults.ts'
import type { Part } from './segmenter.ts'
import { createUploadBoxes } from './upload-boxes.ts'

export type { Part }

/** What the bytes of an upload say, except for what is inside a manifest. */
export type MediaInspection = Omit<Inspection, 'mpd' | 'playlist'>

export interface InspectorOptions {
  /** Called for each header, segment and end of a long request, as soon as it is complete. */
  readonly onPart?: ((part: Part) => void) | undefined
  /** The bytes are a part of a long request: what its sidx leads to may be in the parts behind it. */
  readonly isPart?: boolean | undefined
}

/** The inspection of one upload. */
export interface Inspector {
  /** The next bytes of the body, in any division. */
  add(bytes: Buffer): void
  /** The facts of all bytes that were added; to be called once. */
  result(): MediaInspection
}

/**
 * Inspects an upload while its bytes arrive. Never throws, holds at most one moov or moof, and takes time in
 * proportion to the bytes that are not in an mdat.
 */
export function createInspector({ onPart = ignore, isPart = false }: InspectorOptions = {}): Inspector {
  const head = createHeadBuffer(nonMediaHeadBytes)
  const manifestKind = createManifestKind()
  const faults = createFaults()
  const boxes = createUploadBoxes(faults, onPart)
  const scanner = createBoxScanner(boxes)
  return { add, result }

  function add(bytes: Buffer): void {
    scanner.add(bytes)
    if (boxes.kind() !== 'other') return
    head.add(bytes)
    manifestKind.add(bytes)
  }

  function result(): MediaInspection {
    boxes.close(scanner.end(), isPart ? null : scanner.bytes())
    const { kind, ...facts } = boxes.facts()
    if (kind !== 'other') return { kind, ...facts, nonMedia: null, faults: faults.all, ...boxes.outside() }
    const textKind = manifestKind.kind()
    if (textKind !== 'other')
      return { kind: textKind, ...facts, nonMedia: manifestNames[textKind], faults: [] }
    const nonMedia = nonMediaOf(head.bytes())
    return { kind, ...facts, nonMedia, faults: facts.endsTrack ? faults.all : [notIsobmff(), ...faults.all] }
  }

  function notIsobmff(): Inspection['faults'][number] {
    const start = head.bytes().toString('hex', 0, shownBytes)
    const found = start ? `${scanner.bytes()} bytes that begin with ${start} (hex)` : 'nothing'
    return { code: 'media-not-isobmff', message: `expected a moov or moof box; received ${found}` }
  }
}

const manifestNames = { mpd: 'an MPD', playlist: 'a playlist' } as const

const ignore = (): void => undefined

/** How many bytes of a body that is neither media nor text are shown. */
const shownBytes = 8
