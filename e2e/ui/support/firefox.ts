import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'

const program = '/usr/bin/firefox-esr'

export const hasFirefox = (): boolean => existsSync(program)

/** A real Firefox with one tab, driven by WebDriver BiDi. */
export interface Firefox extends AsyncDisposable {
  /** Errors in pages, and violations of the content security policy. */
  readonly complaints: readonly string[]
  /** Resolves when the page is loaded; also where the browser makes a download of it instead. */
  open(url: string): Promise<void>
  /** The value of an expression of the page, which may be a promise. */
  evaluate(expression: string): Promise<unknown>
}

interface Message {
  readonly id?: number
  readonly type: 'success' | 'error' | 'event'
  readonly method?: string
  readonly params?: { readonly level?: string; readonly text?: string }
  // Results differ from command to command.
  readonly result?: { readonly [name: string]: unknown }
  readonly message?: string
}

/** Starts Firefox; it accepts every certificate. */
export async function startFirefox(): Promise<Firefox> {
  await using built = new AsyncDisposableStack()
  const { path } = built.use(await temporaryDirectory())
  const child = spawn(
    program,
    ['--headless', '--no-remote', '--profile', path, '--remote-debugging-port', '0', 'about:blank'],
    { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, HOME: path } },
  )
  const closed = once(child, 'close')
  built.defer(async () => {
    child.kill('SIGTERM')
    await closed
  })
  const socket = new WebSocket(`${await addressOf(child.stderr)}/session`)
  built.defer(() => socket.close())
  await once(socket, 'open')

  const complaints: string[] = []
  const waiting = new Map<number, (message: Message) => void>()
  let lastId = 0
  socket.addEventListener('message', ({ data }) => {
    const message: Message = JSON.parse(String(data))
    if (message.id !== undefined) waiting.get(message.id)?.(message)
    else if (message.method === 'log.entryAdded' && message.params?.level === 'error')
      complaints.push(String(message.params.text))
  })
  await send('session.new', { capabilities: { alwaysMatch: { acceptInsecureCerts: true } } })
  await send('session.subscribe', { events: ['log.entryAdded'] })
  const { contexts } = await send('browsingContext.getTree', {})
  const [{ context }] = contexts as [{ context: string }]
  const running = built.move()
  return { complaints, open, evaluate, [Symbol.asyncDispose]: () => running.disposeAsync() }

  async function send(method: string, params: object): Promise<NonNullable<Message['result']>> {
    const id = ++lastId
    const { promise, resolve } = Promise.withResolvers<Message>()
    waiting.set(id, resolve)
    socket.send(JSON.stringify({ id, method, params }))
    const message = await promise
    waiting.delete(id)
    if (message.type === 'error') throw new Error(`${method}: ${message.message}`)
    return message.result ?? {}
  }

  async function open(url: string): Promise<void> {
    // A download ends the navigation with an error.
    await send('browsingContext.navigate', { context, url, wait: 'complete' }).catch(() => null)
  }

  async function evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await send('script.evaluate', {
      expression,
      target: { context },
      awaitPromise: true,
    })
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`)
    return (result as { value?: unknown }).value
  }
}

async function addressOf(stderr: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: stderr })) {
    const [, address] = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(line) ?? []
    if (!address) continue
    stderr.resume()
    return address
  }
  throw new Error('Firefox ended before it could be driven')
}
