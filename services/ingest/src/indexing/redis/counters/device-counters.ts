import type { DeviceContact, DeviceCounts } from '../../../streams/ports.ts'
import { isAccepted } from '../../../validation/finding.ts'
import type { JudgedUpload } from '../../judged-upload.ts'

/** What a commit adds to the hash of devices; its fields are `<fingerprint> <name>`. */
export interface DeviceUpdate {
  /** Set where the field does not exist. */
  readonly first: readonly [field: string, value: string]
  /** Fields and values in turn. */
  readonly set: readonly string[]
  readonly add: readonly (readonly [field: string, by: number])[]
}

/** The updates for uploads that came, one for each device. */
export function deviceUpdates(judged: readonly JudgedUpload[]): readonly DeviceUpdate[] {
  const withDevice = judged.filter(({ upload }) => upload.sender.device !== null)
  const byDevice = Map.groupBy(withDevice, ({ upload }) => upload.sender.device?.fingerprint ?? '')
  return [...byDevice].map(([fingerprint, sent]) => updateOf(fingerprint, sent))
}

function updateOf(fingerprint: string, sent: readonly JudgedUpload[]): DeviceUpdate {
  const errors = sent.filter(({ findings }) => !isAccepted(findings)).length
  const bytes = sent.reduce((sum, { upload }) => sum + (upload.parts ? 0 : upload.bytes), 0)
  const addresses = new Map(sent.map(({ upload }) => [upload.sender.address, upload.receivedAt]))
  const last = sent.at(-1)
  return {
    first: [`${fingerprint} first`, sent[0]?.upload.receivedAt ?? ''],
    set: [
      ...(last ? [`${fingerprint} last`, JSON.stringify(contactOf(last))] : []),
      ...[...addresses].flatMap(([address, at]) => [`${fingerprint} at ${address}`, at]),
    ],
    add: [
      [`${fingerprint} uploads`, sent.length] as const,
      [`${fingerprint} bytes`, bytes] as const,
      ...(errors > 0 ? [[`${fingerprint} errors`, errors] as const] : []),
    ],
  }
}

/** What a commit adds to the hash of devices when uploads are removed: what was sent stays counted. */
export const deviceRemovals = (removed: readonly JudgedUpload[]): readonly Pick<DeviceUpdate, 'add'>[] =>
  deviceUpdates(removed).map(({ add }) => ({
    add: add
      .filter(([field]) => !field.endsWith(' errors'))
      .map(([field, by]) => [field.replace(' ', ' removed-'), by] as const),
  }))

function contactOf({ upload: { receivedAt: at, sender } }: JudgedUpload): DeviceContact {
  const { device, httpVersion: http, tlsVersion: tls, headers } = sender
  const name = headers.findIndex((word, i) => i % 2 === 0 && word.toLowerCase() === 'user-agent')
  const { subject = '', serial = '', notAfter = '' } = device ?? {}
  return {
    at,
    subject,
    serial,
    notAfter,
    http,
    tls,
    userAgent: name < 0 ? null : (headers[name + 1] ?? null),
  }
}

/** Reads the hash of devices. */
export function decodeDevices(fields: Readonly<Record<string, string>>): readonly DeviceCounts[] {
  const byDevice = Map.groupBy(Object.entries(fields), ([field]) => field.slice(0, field.indexOf(' ')))
  return [...byDevice].flatMap(([fingerprint, entries]) => {
    const of = Object.fromEntries(
      entries.map(([field, value]) => [field.slice(fingerprint.length + 1), value]),
    ) as Readonly<Record<string, string | undefined>>
    if (!of.last) return []
    const addresses = Object.entries(of).flatMap(([name, at]) =>
      name.startsWith('at ') ? [[name.slice('at '.length), at ?? ''] as const] : [],
    )
    return [
      {
        fingerprint,
        uploads: Number(of.uploads ?? 0),
        errors: Number(of.errors ?? 0),
        stored: {
          uploads: Number(of.uploads ?? 0) - Number(of['removed-uploads'] ?? 0),
          bytes: Number(of.bytes ?? 0) - Number(of['removed-bytes'] ?? 0),
        },
        firstSeen: of.first ?? '',
        last: JSON.parse(of.last) as DeviceContact,
        addresses: Object.fromEntries(addresses),
      },
    ]
  })
}
