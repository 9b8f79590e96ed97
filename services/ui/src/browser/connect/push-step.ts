import { sendJson, sentenceOf } from '../api/client.ts'
import type { StreamSummary } from '../api/types.ts'
import { commandLine } from '../dom/copy.ts'
import { type Child, h } from '../dom/h.ts'
import { clientsFor } from './commands.ts'
import { type ServerFacts, type Setup, targetOf } from './setup.ts'
import { select, step } from './step.ts'
import { type Client, type Target, urlOf } from './target.ts'

interface PushStepOptions {
  readonly onStream: (id: number) => void
  /** Called when a stream has been created. */
  readonly onCreated: (id: number) => Promise<void>
  readonly onClient: (id: string) => void
}

/** The step with the stream, its address, and the lines with which each client pushes to it. */
export function pushStep(setup: Setup, facts: ServerFacts, options: PushStepOptions): HTMLElement {
  const chooser = streamChooser(setup.stream, facts.streams, options)
  const target = targetOf(setup, facts)
  if (!target) return step(3, 'Push', chooser, h('p', {}, 'There is no stream yet: make one.'))
  return step(
    3,
    'Push to this address',
    chooser,
    commandLine(`${urlOf(target)}/`, 'address'),
    clientLines(target, setup.client, options.onClient),
  )
}

function streamChooser(
  chosen: number | null,
  streams: readonly StreamSummary[],
  { onStream, onCreated }: PushStepOptions,
): HTMLElement {
  const newStream = h(
    'button',
    { type: 'button', class: streams.length > 0 ? '' : 'primary', on: { click: () => void create() } },
    '+ New stream',
  )
  const kinds = h(
    'select',
    { 'aria-label': 'Interface of a new stream', id: 'new-interface' },
    ['cmaf-ingest', 'dash', 'hls'].map((kind) => h('option', { value: kind }, kind)),
  )
  return h(
    'div',
    { class: 'form-row' },
    streams.length > 0 &&
      select(
        'Stream',
        streams.map(({ id, interface: kind }) => [String(id), `${id} · ${kind}`]),
        String(chosen),
        (id) => onStream(Number(id)),
      ),
    h('label', {}, streams.length > 0 ? 'or a new one' : 'Interface', kinds),
    newStream,
  )

  async function create(): Promise<void> {
    try {
      const { id } = await sendJson<{ id: number }>('POST', `/streams?interface=${kinds.value}`)
      await onCreated(id)
    } catch (error) {
      newStream.textContent = sentenceOf(error)
    }
  }
}

/** A chip for each client, and the lines of the chosen one. */
function clientLines(target: Target, chosen: string, onClient: (id: string) => void): Child {
  const clients = clientsFor(target)
  const shown = clients.find(({ id }) => id === chosen) ?? clients[0]
  const chip = ({ id, label }: Client) =>
    h(
      'button',
      {
        type: 'button',
        class: 'chip',
        id: `client-${id}`,
        'aria-pressed': String(id === shown?.id),
        on: { click: () => onClient(id) },
      },
      label,
    )
  return [
    h('div', { class: 'chips', role: 'group', 'aria-label': 'Client' }, clients.map(chip)),
    shown && [
      h('p', { class: 'muted' }, shown.note),
      shown.blocks.map((block) => commandLine(block, shown.label)),
    ],
  ]
}
