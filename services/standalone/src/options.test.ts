import { deepEqual, equal, throws } from 'node:assert/strict'
import { resolve } from 'node:path'
import { readOptions } from './options.ts'

describe('readOptions', () => {
  it('has the defaults of the reference', () => {
    const options = readOptions([], {})
    deepEqual(options, {
      host: 'localhost',
      port: 1234,
      uiPort: undefined,
      metrics: null,
      workingDirectory: null,
      strictMode: false,
      tlsTestPort: null,
      dns: undefined,
      serverIp: undefined,
      compat: undefined,
      judge: 'ours',
      keylog: null,
      redisUrl: undefined,
      allowedOrigins: [],
      backup: null,
      diskReserve: undefined,
      durability: 'process',
      store: undefined,
      shipWithin: undefined,
      cache: undefined,
      logLevel: 'info',
      reindex: false,
      renewRoots: false,
      auth: 'open',
      clientCa: null,
      showsPassword: false,
      watch: false,
      workers: 1,
      smallFfprobe: 'auto',
      ffprobeSource: null,
    })
  })

  it('reads the command line of the Matter test harness', () => {
    const argv = '--host 0.0.0.0 --working-directory /tmp/x/pavstest --strict-mode --server-ip 192.168.1.2'
    const { host, workingDirectory, strictMode, serverIp } = readOptions(argv.split(' '), {})
    deepEqual(
      [host, workingDirectory, strictMode, serverIp],
      ['0.0.0.0', '/tmp/x/pavstest', true, '192.168.1.2'],
    )
  })

  it('reads the environment where there is no flag, and the flag wins', () => {
    const env = { PORT: '1', HOST: '::1', STRICT_MODE: 'true', COMPAT: '1.5', REDIS_URL: 'redis://there' }
    const { port, host, strictMode, compat, redisUrl } = readOptions(['--port=2'], env)
    deepEqual([port, host, strictMode, compat, redisUrl], [2, '::1', true, '1.5', 'redis://there'])
  })

  it('takes origins whose pages may read, or any', () => {
    const of = (list: string) => readOptions(['--allow-origin', list], {}).allowedOrigins
    deepEqual(of('https://a.example, http://localhost:8080'), ['https://a.example', 'http://localhost:8080'])
    deepEqual(of('*'), ['*'])
    deepEqual(readOptions([], { ALLOW_ORIGIN: 'https://[::1]:1' }).allowedOrigins, ['https://[::1]:1'])
  })

  it('takes an IPv6 address with brackets', () => {
    equal(readOptions(['--host', '[::1]'], {}).host, '::1')
  })

  it('resolves a relative working directory where npm was called', () => {
    const env = { npm_lifecycle_event: 'start', INIT_CWD: '/home/me' }
    equal(readOptions(['--working-directory', 'x'], env).workingDirectory, '/home/me/x')
    equal(readOptions(['--working-directory', 'x'], {}).workingDirectory, resolve('x'))
  })

  const refusals: [string[], RegExp][] = [
    [['--port', 'abc'], /--port must be a port from 0 to 65535, but is "abc"/],
    [['--port', '70000'], /--port must be a port/],
    [['--port'], /^Error: --port needs a value$/],
    [['--port', '--strict-mode'], /^Error: --port needs a value$/],
    [['--backup'], /^Error: --backup needs a folder to copy to: npm run backup -- DIR$/],
    [['--backup', '--working-directory', 'd'], /^Error: --backup needs a folder to copy to/],
    [
      ['--port', '5', '--ui-port', '5'],
      /^Error: bad settings: --ui-port must be another port than that of devices, 5$/,
    ],
    [['--working-directory', ''], /--working-directory needs a value/],
    [['--server-ip', 'camera.local'], /--server-ip must be an IP address/],
    [['--auth', 'closed'], /--auth must be open or mtls/],
    [['--compat', '1.4'], /--compat must be 1.5/],
    [['--judge', 'mine'], /--judge must be ours or reference/],
    [['--redis', 'http://x'], /--redis must be a redis:/],
    ...[
      'https://a.example/',
      'https://A.example',
      'https://a.example:443',
      'a.example',
      'null',
      'https://a,',
    ].map((list): [string[], RegExp] => [['--allow-origin', list], /--allow-origin must be \* or origins/]),
    [['--strict-mode=no'], /--strict-mode/],
    [['--wat'], /Unknown option '--wat'/],
    [['wat'], /Unexpected argument 'wat'/],
  ]
  for (const [argv, sentence] of refusals)
    it(`refuses ${argv.join(' ')}`, () => throws(() => readOptions(argv, {}), sentence))

  it('names the variable when the fault is in the environment', () => {
    throws(() => readOptions([], { PORT: 'x', STRICT_MODE: 'maybe' }), /PORT must be.+; STRICT_MODE must be/)
  })
})
