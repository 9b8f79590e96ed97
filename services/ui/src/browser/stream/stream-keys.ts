import type { Row } from '../api/types.ts'
import { copyText } from '../dom/copy.ts'
import { announce } from '../dom/frame.ts'
import type { Key } from '../dom/keys.ts'
import type { Log } from '../log/log.ts'
import type { Playback } from './playback.ts'
import type { SessionChips } from './session-chips.ts'
import type { StreamTimeline } from './stream-timeline.ts'
import type { UploadPanel } from './upload-panel.ts'

/** The parts of the page that the keys control. */
interface StreamKeysDeps {
  readonly log: Log
  readonly timeline: StreamTimeline
  readonly sessionChips: SessionChips
  readonly uploadPanel: UploadPanel
  readonly playback: Playback
  /** Chooses the next upload in a direction that passes a test. */
  readonly step: (direction: 1 | -1, test: (row: Row) => boolean) => void
  readonly closePanel: () => void
  readonly switchAxis: () => void
}

const anyRow = () => true
const hasFinding = ({ worst }: Row) => worst === 'error' || worst === 'warning'
const hasError = ({ worst }: Row) => worst === 'error'

/** The keys of the page of a stream, in the order in which `?` lists them. */
export function streamKeys(deps: StreamKeysDeps): readonly Key[] {
  const { log, timeline, sessionChips, uploadPanel, playback, step, closePanel, switchAxis } = deps
  return [
    { keys: 'j', does: 'next row', act: () => step(1, anyRow) },
    { keys: 'k', does: 'previous row', act: () => step(-1, anyRow) },
    { keys: 'n', does: 'next with a finding', act: () => step(1, hasFinding) },
    { keys: 'p', does: 'previous with a finding', act: () => step(-1, hasFinding) },
    { keys: 'N', does: 'next error', act: () => step(1, hasError) },
    { keys: 'P', does: 'previous error', act: () => step(-1, hasError) },
    { keys: 'Enter', does: 'open the upload on a page of its own', act: uploadPanel.openWhole },
    { keys: 'Escape', does: 'close the panel', act: closePanel },
    { keys: 'f', does: 'follow the end', act: log.follow },
    { keys: '+', does: 'zoom in', act: () => timeline.zoom(1 / 1.5) },
    { keys: '-', does: 'zoom out', act: () => timeline.zoom(1.5) },
    { keys: '0', does: 'show all', act: timeline.showAll },
    { keys: 'ArrowLeft', does: 'pan left', act: () => timeline.pan(-0.2) },
    { keys: 'ArrowRight', does: 'pan right', act: () => timeline.pan(0.2) },
    { keys: 'm', does: 'arrival or media axis', act: switchAxis },
    { keys: '/', does: 'filter', act: () => log.search.focus() },
    { keys: '\\', does: 'filter off and on', act: log.toggleFilter },
    { keys: '[', does: 'previous session', act: () => sessionChips.step(-1) },
    { keys: ']', does: 'next session', act: () => sessionChips.step(1) },
    ...[1, 2, 3, 4, 5, 6, 7].map((place) => ({
      keys: String(place),
      listedAs: place === 1 ? '1–7' : null,
      does: 'tab',
      act: () => uploadPanel.chooseTab(place - 1),
    })),
    { keys: ' ', does: 'play and pause', act: playback.toggle },
    { keys: 'l', does: 'live edge', act: playback.goToLive },
    { keys: 'c', does: 'copy as curl', act: () => void uploadPanel.copyCurl() },
    { keys: 'y', does: 'copy link', act: () => void copyLink() },
  ]
}

async function copyLink(): Promise<void> {
  await copyText(location.href)
  announce('link copied')
}
