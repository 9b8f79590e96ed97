import { type Finding, isAccepted } from './judge/finding.ts'
import { bodyIncomplete, certificateMissing } from './judge/request.ts'
import type { Upload } from './upload.ts'

export { type Finding, isAccepted }

/** Everything there is to say about one upload. Pure: the same upload always gets the same verdict. */
export function judge(upload: Upload): readonly Finding[] {
  const findings: Finding[] = []
  if (!upload.whole) findings.push(bodyIncomplete(upload))
  if (!upload.sender.device) findings.push(certificateMissing)
  return findings
}
