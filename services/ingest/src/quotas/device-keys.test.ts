import { deepEqual } from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { deviceOf } from '@pushav/shared/identity.ts'
import { generate } from 'selfsigned'
import type { CertificateDetails } from '../certificates/ports.ts'
import { x509Reader } from '../certificates/x509/reader.ts'
import { Unavailable } from '../lib/unavailable.ts'
import { CertificateAbsent } from '../uploads/ports.ts'
import { deviceKeysWith } from './device-keys.ts'
import { createUsage } from './usage.ts'

describe('deviceKeysWith', () => {
  const at = { nowMs: 1 }

  /** What was asked for, and the certificates there are. */
  function keysOf(stored: ReadonlyMap<string, string>, fault: Error = new CertificateAbsent('none')) {
    const asked: string[] = []
    const usage = createUsage()
    const keys = deviceKeysWith({
      usage,
      async details(fingerprint) {
        asked.push(fingerprint)
        const pem = stored.get(fingerprint)
        if (pem === undefined) throw fault
        return x509Reader.describe(pem) as CertificateDetails
      },
      read: x509Reader.read,
      nowMs: () => at.nowMs,
    })
    return { asked, usage, keys }
  }

  it('asks for a certificate that is not stored once in ten minutes, and finds it when it is there', async () => {
    const { cert } = await generate([{ name: 'commonName', value: 'cam' }], { keyType: 'ec' })
    const stored = new Map<string, string>()
    const { asked, usage, keys } = keysOf(stored)
    for (let i = 0; i < 3; i++) await keys.readStored('one')
    deepEqual(asked, ['one'])
    stored.set('one', cert)
    at.nowMs += 600_000
    await keys.readStored('one')
    await keys.readStored('one')
    deepEqual([asked, usage.hasKey('one')], [['one', 'one'], true])
  })

  it('knows at once the key of one that a client shows meanwhile', async () => {
    const { cert } = await generate([{ name: 'commonName', value: 'cam' }], { keyType: 'ec' })
    const device = deviceOf(new X509Certificate(cert))
    const { usage, keys } = keysOf(new Map())
    await keys.readStored(device.fingerprint)
    keys.of(device)
    deepEqual(usage.hasKey(device.fingerprint), true)
  })

  it('asks again at once where the store did not respond', async () => {
    const { asked, keys } = keysOf(new Map(), new Unavailable('the store', new Error('ETIMEDOUT')))
    for (let i = 0; i < 3; i++) await keys.readStored('one')
    deepEqual(asked, ['one', 'one', 'one'])
  })
})
