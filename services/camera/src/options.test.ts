import { deepEqual, equal, throws } from 'node:assert/strict'
import { UsageError } from './camera-error.ts'
import { faults } from './faults/faults.ts'
import { help, readOptions } from './options.ts'
import { profiles } from './profiles/profiles.ts'

const needed = {
  '--profile': 'matter-1.6',
  '--url': 'https://localhost:1234/streams/1',
  '--cert': 'dev.pem',
  '--key': '/keys/dev.key',
  '--cacert': 'root.pem',
}

const read = (more: Readonly<Record<string, string>> = {}, flags: readonly string[] = []) =>
  readOptions(
    [...Object.entries({ ...needed, ...more }).map(([flag, text]) => `${flag}=${text}`), ...flags],
    '/home/me',
  )

const refused = (words: RegExp, more: Readonly<Record<string, string>>) =>
  throws(
    () => read(more),
    (error) => error instanceof UsageError && words.test(error.message),
  )

describe('the options of npm run camera', () => {
  it('are one camera for 60 s in real time, files being relative to where npm was called', () => {
    deepEqual(read(), {
      ...{ profile: 'matter-1.6', url: new URL('https://localhost:1234/streams/1') },
      ...{ certFile: '/home/me/dev.pem', keyFile: '/keys/dev.key', caFile: '/home/me/root.pem' },
      ...{ faults: [], durationMs: 60_000, count: 1, isFast: false, retries: true },
    })
  })

  it('read all flags', () => {
    const url = 'https://[::1]:1/streams'
    const more = {
      '--for': '500ms',
      '--count': '3',
      '--url': url,
      '--faults': 'skip=3, codec=wrong,clock=-1h',
    }
    const { durationMs, count, faults, isFast, retries } = read(more, ['--fast', '--no-retry'])
    deepEqual(
      { durationMs, count, isFast, retries },
      { durationMs: 500, count: 3, isFast: true, retries: false },
    )
    deepEqual(
      faults.map(({ name, value }) => [name, value]),
      [
        ['clock', -3_600_000],
        ['skip', 3],
        ['codec', 0],
      ],
    )
  })

  for (const flag of Object.keys(needed)) {
    it(`are refused without ${flag}`, () => {
      throws(() => read({ [flag]: '' }), new UsageError(`${flag} is missing`))
    })
  }

  it('are refused with an unknown profile, and the known ones are listed', () =>
    refused(/unknown profile constructor; there are matter-1.6, .*shaka/, { '--profile': 'constructor' }))

  it('are refused with an unknown fault, and the known ones are listed', () =>
    refused(/unknown fault toString=1\n[\s\S]*skip=2[\s\S]*codec=wrong/, { '--faults': 'skip=2,toString=1' }))

  for (const item of [
    'skip',
    'skip=0',
    'skip=x',
    'skip=-1',
    'codec=right',
    'reboot=20',
    'clock=h',
    'skip=2=3',
  ])
    it(`are refused with the fault ${item}`, () => refused(/is written like/, { '--faults': item }))

  for (const time of ['0s', '-5s', '60', '25h', 's', '1e3s', '9999999999s', '1 m'])
    it(`are refused with a time of ${time}`, () => refused(/--for is a time up to 24h/, { '--for': time }))

  for (const count of ['0', '-1', '1001', '1.5', 'many'])
    it(`are refused with ${count} cameras`, () => refused(/--count is a number/, { '--count': count }))

  for (const url of ['http://localhost/streams/1', 'localhost:1234', 'https://', 'https://a/streams/1?x=1'])
    it(`are refused with the URL ${url}`, () => refused(/--url/, { '--url': url }))

  it('are refused with several cameras on one stream', () =>
    refused(/--count above 1 needs a --url that ends with \/streams/, { '--count': '2' }))

  it('are refused with unknown flags', () => throws(() => read({}, ['--speed']), UsageError))

  it('are listed by --help with all profiles and faults', () => {
    const text = help()
    const named = [...Object.keys(profiles), ...Object.values(faults).map(({ example }) => example)]
    deepEqual(
      named.filter((name) => !text.includes(`  ${name}`)),
      [],
    )
  })
})

describe('a fault', () => {
  for (const [name, { example }] of Object.entries(faults)) {
    it(`is written as its example says: ${example}`, () => {
      const [planted] = read({ '--faults': example }).faults
      equal(planted?.name, name)
    })
  }
})
