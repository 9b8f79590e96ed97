import { getBytes, getJson } from '../api/client.ts'
import type { ManifestText } from '../api/types.ts'
import { visible } from '../dom/format.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import { untrusted } from '../dom/words.ts'

/** The text of a manifest with line numbers, and each finding below its line. */
export function textTab(panel: HTMLElement, stream: string, upload: string, total: number): void {
  loading(panel)
  read().then(
    ({ text, findings }) => {
      const lines = text.replace(/\n$/, '').split('\n')
      const rows = lines.map((line, i) =>
        h(
          'div',
          { class: 'text-line' },
          h('span', { class: 'line-number', 'aria-hidden': 'true' }, i + 1),
          h('code', {}, visible(line.replace(/\r$/, '').replaceAll('\t', '  ')) || ' '),
          findings
            .filter(({ line: at }) => at === i + 1)
            .map(({ code, message }) =>
              h(
                'div',
                { class: 'text-finding' },
                '▲ ',
                h('span', { class: 'code' }, code),
                ' ',
                untrusted(message),
              ),
            ),
        ),
      )
      fill(
        panel,
        h('div', { class: 'text', tabindex: '0', role: 'group', 'aria-label': 'Text of the manifest' }, rows),
      )
    },
    (error) => showFailure(panel, error, () => textTab(panel, stream, upload, total)),
  )

  async function read(): Promise<ManifestText> {
    try {
      return await getJson<ManifestText>(`/uploads/${stream}/${upload}/text`)
    } catch {
      const bytes = await getBytes(`/uploads/${stream}/${upload}`, 0, Math.min(total, 1_048_576))
      return { text: new TextDecoder().decode(bytes), encoding: 'utf-8', findings: [] }
    }
  }
}
