import type { Upload } from './upload.ts'

/** One thing noticed about an upload, with the rule that it comes from. */
export interface Finding {
  readonly code: 'client-certificate-missing' | 'body-incomplete'
  readonly severity: 'error' | 'warning' | 'note'
  readonly rule: 'matter' | 'dash-if' | 'cmaf' | 'hls' | 'dash' | 'server'
  /** What was expected and what was received. */
  readonly message: string
}

/** Everything there is to say about one upload. Pure: the same upload always gets the same verdict. */
export function judge(upload: Upload): readonly Finding[] {
  const findings: Finding[] = []
  if (!upload.whole) findings.push(bodyIncomplete(upload))
  if (!upload.sender.device) findings.push(certificateMissing)
  return findings
}

/** Whether a strict stream answers 400. */
export const isAccepted = (findings: readonly Finding[]): boolean =>
  !findings.some((finding) => finding.severity === 'error')

const certificateMissing: Finding = {
  code: 'client-certificate-missing',
  severity: 'error',
  rule: 'matter',
  message: 'expected a client certificate that identifies the device; none was presented',
}

function bodyIncomplete({ bytes, sender }: Upload): Finding {
  const at = sender.headers.findIndex(
    (text, index) => index % 2 === 0 && text.toLowerCase() === 'content-length',
  )
  const expected = at < 0 ? 'a body up to its announced end' : `a body of ${sender.headers[at + 1]} bytes`
  return {
    code: 'body-incomplete',
    severity: 'error',
    rule: 'server',
    message: `expected ${expected}; the connection was lost after ${bytes} bytes`,
  }
}
