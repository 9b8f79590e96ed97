import { deepEqual, equal, throws } from 'node:assert/strict'
import { createQuotas, type QuotaLimits, type QuotaName } from './quotas.ts'
import { createUsage } from './usage.ts'

const unlimited: QuotaLimits = {
  ...{ bytes: 0, uploads: 0, streams: 0, streamBytes: 0, streamUploads: 0 },
  ...{ deviceBytes: 0, deviceUploads: 0, deviceStreams: 0 },
}

function quotasWith(limits: Partial<QuotaLimits>) {
  const usage = createUsage()
  const devices = new Map([['cam', { uploads: 2, bytes: 60 }]])
  usage.put('1', { creator: 'cam', uploads: 3, bytes: 90, devices })
  usage.put('2', { creator: null, uploads: 1, bytes: 10, devices: new Map() })
  const refused: QuotaName[] = []
  const quotas = createQuotas({ ...unlimited, ...limits }, usage, (quota) => void refused.push(quota))
  return { quotas, usage, refused }
}

const over = { code: 'quota-exceeded' }

describe('createQuotas', () => {
  it('lets everything pass where nothing is limited', () => {
    const { quotas } = quotasWith({})
    quotas.reserve('1', 'cam', Number.MAX_SAFE_INTEGER)
    using _stream = quotas.reserveStream('cam')
  })

  for (const [limits, stream, device, quota] of [
    [{ bytes: 109 }, '3', null, 'bytes'],
    [{ uploads: 4 }, '3', null, 'uploads'],
    [{ streamBytes: 99 }, '1', null, 'stream-bytes'],
    [{ streamUploads: 3 }, '1', null, 'stream-uploads'],
    [{ deviceBytes: 69 }, '2', 'cam', 'device-bytes'],
    [{ deviceUploads: 2 }, '2', 'cam', 'device-uploads'],
  ] as const)
    it(`refuses an upload over the quota ${quota}, names it, and lets one of the exact size pass`, () => {
      const { quotas, refused } = quotasWith(limits)
      throws(() => quotas.reserve(stream, device, 10), {
        ...over,
        extra: { quota, limit: Object.values(limits)[0] },
      })
      deepEqual(refused, [quota])
      const [[name, limit]] = Object.entries(limits) as [[keyof QuotaLimits, number]]
      quotasWith({ [name]: limit + 1 }).quotas.reserve(stream, device, 10)
    })

  it('counts uploads on their way, until they are released or indexed', () => {
    const { quotas } = quotasWith({ streamBytes: 100 })
    const first = quotas.reserve('1', null, 10)
    throws(() => quotas.reserve('1', null, 1), over)
    quotas.release(first)
    const second = quotas.reserve('1', null, 10)
    quotas.releaseWhenIndexed('u', second)
    throws(() => quotas.reserve('1', null, 1), over)
  })

  it('counts bytes as they come, less those of parts that are stored', () => {
    const { quotas } = quotasWith({ bytes: 110 })
    const long = quotas.reserve('1', null, 0)
    quotas.grow(long, 10)
    throws(() => quotas.grow(long, 1), over)
    quotas.shrink(long, 5)
    quotas.grow(long, 5)
    quotas.release(long)
    quotas.reserve('1', null, 10)
  })

  it('counts streams in all and of each device, also those that are being made', () => {
    const { quotas, usage } = quotasWith({ streams: 3, deviceStreams: 1 })
    throws(() => quotas.reserveStream('cam'), { ...over, extra: { quota: 'device-streams', limit: 1 } })
    {
      using _third = quotas.reserveStream('other')
      throws(() => quotas.reserveStream(null), { ...over, extra: { quota: 'streams', limit: 3 } })
    }
    usage.forget('1')
    using _again = quotas.reserveStream('cam')
  })
})

describe('createUsage', () => {
  it('has sums that follow each stream', () => {
    const { usage } = quotasWith({})
    deepEqual(usage.inAll(), { uploads: 4, bytes: 100, streams: 2 })
    deepEqual(usage.ofDevice('cam'), { uploads: 2, bytes: 60, streams: 1 })
    usage.forget('1')
    deepEqual(usage.inAll(), { uploads: 1, bytes: 10, streams: 1 })
    equal(usage.ofDevice('cam').uploads, 0)
  })

  it('counts certificates of one key together, whenever the key is learned', () => {
    const { usage } = quotasWith({})
    usage.learnKey('renewed', 'key')
    usage.put('2', {
      creator: 'renewed',
      uploads: 2,
      bytes: 20,
      devices: new Map([['renewed', { uploads: 2, bytes: 20 }]]),
    })
    deepEqual(usage.ofDevice('key'), { uploads: 2, bytes: 20, streams: 1 })
    usage.learnKey('cam', 'key')
    deepEqual(usage.ofDevice('key'), { uploads: 4, bytes: 80, streams: 2 })
    equal(usage.ofDevice('cam').uploads, 0)
    usage.forget('1')
    usage.forget('2')
    deepEqual(usage.ofDevice('key'), { uploads: 0, bytes: 0, streams: 0 })
  })
})
