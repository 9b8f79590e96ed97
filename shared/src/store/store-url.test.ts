import { deepEqual, equal } from 'node:assert/strict'
import { optionalStoreUrl } from './store-url.ts'

describe('optionalStoreUrl', () => {
  it('reads bucket, prefix, endpoint and region', () => {
    deepEqual(optionalStoreUrl.parse('s3://cams/site/one?endpoint=https://s3.example:9000&region=eu-1'), {
      bucket: 'cams',
      prefix: 'site/one/',
      endpoint: 'https://s3.example:9000',
      region: 'eu-1',
      isPathStyle: true,
    })
    deepEqual(optionalStoreUrl.parse('s3://cams'), {
      bucket: 'cams',
      prefix: '',
      endpoint: null,
      region: null,
      isPathStyle: false,
    })
  })

  it('puts the bucket where it is told to', () => {
    equal(optionalStoreUrl.parse('s3://cams?style=path')?.isPathStyle, true)
    equal(optionalStoreUrl.parse('s3://cams?endpoint=http://s3.example&style=virtual')?.isPathStyle, false)
  })

  it('is null where nothing is set', () => equal(optionalStoreUrl.parse(undefined), null))

  for (const [what, url] of [
    ['no URL', 'cams'],
    ['another scheme', 'https://cams/x'],
    ['keys', 's3://key:secret@cams/x'],
    ['a bucket name that no store takes', 's3://Cams_1/x'],
    ['a prefix with a code', 's3://cams/a%20b'],
    ['an endpoint that is no URL', 's3://cams?endpoint=example'],
    ['an endpoint with a path', 's3://cams?endpoint=http://s3.example/path'],
    ['an endpoint with keys', 's3://cams?endpoint=http://key:secret@s3.example'],
    ['a parameter that it does not know', 's3://cams?secret=x'],
    ['a parameter twice', 's3://cams?region=a&region=b'],
    ['a style that it does not know', 's3://cams?style=dns'],
    ['a very long prefix', `s3://cams/${'abcdefgh/'.repeat(80)}`],
  ] as const)
    it(`refuses ${what}`, () => equal(optionalStoreUrl.safeParse(url).success, false))
})
