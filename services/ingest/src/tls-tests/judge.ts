import type { TestResult } from './results.ts'
import type { TlsTest } from './tests.ts'

/** What a client did in a test, held against what a correct one does. */
export interface TlsTestVerdict {
  /** `unclear`: it did something that says nothing of the matter of the test. */
  readonly verdict: 'correct' | 'wrong' | 'informative' | 'unclear'
  readonly detail: string
}

/** One sentence about all connections of a client to a test. */
export function judge(test: Pick<TlsTest, 'expects'>, result: TestResult): TlsTestVerdict {
  if (result.requests > 0) return judgeAcceptance(test, result)
  if (test.expects === 'retry') return judgeRetries(result)
  return judgeRefusal(test, result)
}

function judgeAcceptance({ expects }: Pick<TlsTest, 'expects'>, result: TestResult): TlsTestVerdict {
  const { requests, tlsVersion } = result
  const did = `sent ${countOf(requests, 'request')}`
  if (expects === 'refuse')
    return { verdict: 'wrong', detail: `accepted what it must refuse (${tlsVersion ?? 'TLS'}): ${did}` }
  const detail = `connected with ${tlsVersion ?? 'TLS'}: ${did}`
  return { verdict: expects === 'accept' ? 'correct' : 'informative', detail }
}

function judgeRefusal({ expects }: Pick<TlsTest, 'expects'>, result: TestResult): TlsTestVerdict {
  const how = refusalIn(result)
  if (how === null)
    return {
      verdict: 'unclear',
      detail: `the handshake failed for another reason (${result.code || 'none given'})`,
    }
  if (expects === 'refuse') return { verdict: 'correct', detail: `refused, as it must (${how})` }
  if (result.refused === 0)
    return {
      verdict: expects === 'either' ? 'informative' : 'unclear',
      detail: `connected with ${result.tlsVersion ?? 'TLS'}, and sent no request`,
    }
  if (expects === 'either') return { verdict: 'informative', detail: `did not connect (${how})` }
  return { verdict: 'wrong', detail: `refused what it should accept (${how})` }
}

/** How a client that sent no request ended it; null where it was not the client that did. */
function refusalIn({ refused, closed, code, offers }: TestResult): string | null {
  if (refused === 0 && closed > 0) return 'closed the connection behind the handshake, without a request'
  const [, alert] = code.split('ALERT_', 2)
  if (alert) return `alert ${alert.toLowerCase()}`
  if (/UNSUPPORTED_PROTOCOL|VERSION/.test(code))
    return `offers ${offers ?? 'nothing'} at most, not what is shown`
  if (/NO_SHARED_CIPHER|NO_SUITABLE/.test(code)) return 'offers none of the cipher suites that are shown'
  if (/ECONNRESET|EPIPE|EOF|^$/.test(code)) return 'closed the connection in the handshake, without an alert'
  return null
}

function judgeRetries({ connections, firstAt, lastAt }: TestResult): TlsTestVerdict {
  if (connections === 1)
    return { verdict: 'informative', detail: 'connected once, and has not tried again so far' }
  const seconds = (Date.parse(lastAt) - Date.parse(firstAt)) / 1_000
  const interval = seconds / (connections - 1)
  const detail = `tried again ${countOf(connections - 1, 'time')}, every ${interval.toFixed(1)} s on average`
  if (connections > manyRetries && interval < minRetrySeconds)
    return { verdict: 'wrong', detail: `${detail}: without waiting longer each time` }
  return { verdict: 'correct', detail }
}

/** A client that fails so often at such a rate is a load for the server that it waits for. */
const manyRetries = 20
const minRetrySeconds = 1

const countOf = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
