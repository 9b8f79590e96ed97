import type { Authority, DeviceJournal } from './ports.ts'

const lifeMs = 7 * 86_400_000
/** A list is made anew after this time, so that one which a client has fetched is good for days. */
const renewAfterMs = 3_600_000

/** The revoked device certificates, as a CRL (RFC 5280, 5) in DER; those that have expired are left out. */
export type ShowRevocationList = () => Promise<Uint8Array>

export function revocationListWith(
  authority: Authority,
  journal: Pick<DeviceJournal, 'read'>,
  now: () => Date,
): ShowRevocationList {
  let newest: { readonly list: Uint8Array; readonly serials: string; readonly madeMs: number } | null = null
  return async function showRevocationList() {
    const at = now()
    const entries = (await journal.read()).filter(
      ({ event, notAfter }) => event === 'revoked' && Date.parse(notAfter) > at.getTime(),
    )
    const revoked = [...new Map(entries.map((entry) => [entry.serial, new Date(entry.at)]))]
    const serials = revoked.map(([serial]) => serial).join()
    if (newest?.serials === serials && at.getTime() - newest.madeMs < renewAfterMs) return newest.list
    const list = await authority.revocationList({
      number: at.getTime(),
      thisUpdate: at,
      nextUpdate: new Date(at.getTime() + lifeMs),
      revoked: revoked.map(([serial, revokedAt]) => ({ serial, at: revokedAt })),
    })
    newest = { list, serials, madeMs: at.getTime() }
    return list
  }
}
