import { getFacts } from '../api/facts.ts'
import type { UploadFacts } from '../api/types.ts'
import { copyText } from '../dom/copy.ts'
import { encodePath } from '../dom/format.ts'
import { announce } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import type { UploadView } from '../inspect/upload-view.ts'
import { type ViewState, writeViewState } from './view-state.ts'

/** The panel beside the log that shows the chosen upload. */
export interface UploadPanel {
  readonly element: HTMLElement
  /** Shows the chosen upload, unless the panel shows it already. */
  update(): void
  /** Chooses a tab by its index, from 0. */
  chooseTab(place: number): void
  /** Goes to the page of the upload. */
  openWhole(): void
  copyCurl(): Promise<void>
}

/** Loads the code that shows an upload when the reader chooses one, so that the page loads sooner. */
const loadUploadView = () => import('../inspect/upload-view.ts')

export function createUploadPanel(stream: string, view: ViewState, onClose: () => void): UploadPanel {
  const element = h('div', { class: 'upload-place' })
  let shown: string | null = null
  let uploadView: UploadView | null = null
  return {
    element,
    update() {
      if (view.upload !== shown) void show(view.upload)
    },
    chooseTab: (place) => uploadView?.chooseTab(place),
    openWhole() {
      const link = element.querySelector<HTMLAnchorElement>('.panel-head a')
      if (link) location.assign(link.href)
    },
    async copyCurl() {
      if (!view.upload) return
      const { curlOf } = await loadUploadView()
      await copyText(curlOf(await getFacts(stream, view.upload), stream))
      announce('curl command copied')
    },
  }

  async function show(upload: string | null): Promise<void> {
    shown = upload
    uploadView = null
    if (upload === null) return void fill(element)
    if (!element.firstChild) loading(element)
    try {
      const [{ createUploadView, uploadTitle }, facts] = await Promise.all([
        loadUploadView(),
        getFacts(stream, upload),
      ])
      if (view.upload !== upload) return
      uploadView = createUploadView(facts, { stream, tab: view.tab, box: view.box, onTab, onBox })
      const head = h('div', { class: 'panel-head' }, h('h2', {}, uploadTitle(facts)), actions(facts))
      fill(element, head, h('div', { class: 'panel-body' }, uploadView.element))
    } catch (error) {
      showFailure(element, error, () => void show(view.upload))
    }
  }

  function onTab(tab: string): void {
    view.tab = tab
    writeViewState(view, false)
  }

  function onBox(at: number | null): void {
    view.box = at
    writeViewState(view, false)
  }

  function actions({ id, path }: UploadFacts): readonly HTMLElement[] {
    return [
      h(
        'a',
        {
          class: 'button small quiet',
          href: `/ui/streams/${stream}/${encodePath(path)}?version=${id}&tab=${view.tab}`,
          'aria-label': 'Open on a page of its own',
          title: 'Open on a page of its own (Enter)',
        },
        '⤢',
      ),
      h(
        'button',
        {
          type: 'button',
          class: 'quiet small',
          'aria-label': 'Close',
          title: 'Close (Esc)',
          on: { click: onClose },
        },
        '✕',
      ),
    ]
  }
}
