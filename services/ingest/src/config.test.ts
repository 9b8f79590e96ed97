import { deepEqual, equal, throws } from 'node:assert/strict'
import { readConfig } from './config.ts'

const required = { WORKING_DIRECTORY: '/data', HANDOVER_FILE: '/handover.json' }

describe('the settings of ingest', () => {
  it('name the first of the published ports, where they are ranges', () => {
    const portsOf = (ports: NodeJS.ProcessEnv) => {
      const { publicPort, uiPort } = readConfig({ ...required, ...ports })
      return [publicPort, uiPort]
    }
    deepEqual(portsOf({}), [null, undefined])
    deepEqual(portsOf({ PORT: '1234', UI_PORT: '1235' }), [1234, 1235])
    deepEqual(portsOf({ PORT: '1234-1236', UI_PORT: '1244-1246' }), [1234, 1244])
    deepEqual(portsOf({ PORT: '1234', UI_PORT: 'off' }), [1234, null])
    throws(() => portsOf({ UI_PORT: 'x-1' }), {
      message: /UI_PORT must be a port or a range of ports, or off/,
    })
  })

  it('refuse in one sentence what is no address, port or generation, and say what is missing', () => {
    throws(() => readConfig({ ...required, SERVER_IP: 'cam', PORT: 'x', COMPAT: '2' }), {
      message:
        'bad settings: SERVER_IP must be an IP address, but is "cam"; COMPAT must be 1.5, but is "2"; PORT must be a port or a range of ports, but is "x"',
    })
    throws(() => readConfig({}), {
      message:
        'bad settings: WORKING_DIRECTORY must be a path, but is not set; HANDOVER_FILE must be a path, but is not set',
    })
    equal(readConfig({ ...required, PORT: '0', SERVER_IP: '' }).publicPort, null)
  })

  it('refuse durations that a timer of Node would cut to 1 ms; an age may be longer', () => {
    const settings = { ...required, RETENTION_AGE: '90d', RETENTION_INTERVAL: '24d' }
    const { retention, retentionIntervalMs } = readConfig(settings)
    deepEqual([retention.maxAgeMs, retentionIntervalMs], [90 * 86_400_000, 24 * 86_400_000])
    equal(readConfig({ ...required, RETENTION_INTERVAL: 'off' }).retentionIntervalMs, null)
    for (const name of ['RETENTION_INTERVAL', 'SESSION_IDLE', 'VERDICT_WAIT'])
      throws(
        () => readConfig({ ...required, [name]: '25d' }),
        { message: /must be a duration .*up to 24d/ },
        name,
      )
  })

  it('take a name for INSTANCE that can be a part of a path, or none', () => {
    equal(readConfig(required).instance, null)
    equal(readConfig({ ...required, INSTANCE: 'cam-lab_1.a' }).instance, 'cam-lab_1.a')
    for (const bad of ['../other', 'a/b', '.', '..', '.hidden', 'a b', 'x'.repeat(65)])
      throws(() => readConfig({ ...required, INSTANCE: bad }), { message: /INSTANCE must be a name/ }, bad)
  })
})
