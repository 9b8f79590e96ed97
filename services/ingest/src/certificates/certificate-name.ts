import { Refusal } from '../lib/refusal.ts'

/**
 * The name of a device certificate: its CN and part of its file name. `root` and `crl`, in upper or lower case, are the
 * CA's own, because some file systems do not tell the two apart. Throws the refusal `certificate-name-malformed`.
 */
export function parseCertificateName(text: string): string {
  if (!allowed.test(text)) {
    throw new Refusal(
      'certificate-name-malformed',
      'a certificate name has 1 to 64 letters, digits, ".", "_" or "-" and does not start with a dot',
    )
  }
  if (reserved.includes(text.toLowerCase())) {
    throw new Refusal('certificate-name-malformed', `the name "${text}" belongs to the CA`)
  }
  return text
}

export const rootName = 'root'

/** Their files, `root.pem` and `crl.pem`, are the CA's. */
const reserved = [rootName, 'crl']

const allowed = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/

/** Whether two names differ in upper and lower case at most: some file systems do not tell these apart. */
export const isSameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()
