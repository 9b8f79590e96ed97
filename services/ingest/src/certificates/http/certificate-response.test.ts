import { equal } from 'node:assert/strict'
import { certificateFileResponse } from './certificate-response.ts'

const certificate = {
  pem: '-----BEGIN CERTIFICATE-----\n',
  serial: '1f',
  notBefore: new Date('2026-11-22T17:05:59Z'),
  notAfter: new Date('2027-11-22T17:05:59Z'),
  issuer: 'CN=root,O=CSA',
  subject: 'CN=cam,O=CSA',
  extensions: ['Key Usages: critical, digitalSignature'],
  fingerprint: 'ab',
  sans: ['DNS:cam'],
}

describe('certificateFileResponse', () => {
  it("has the reference's fields of a certificate, in their order", () => {
    equal(
      JSON.stringify(certificateFileResponse({ kind: 'certificate', certificate })),
      '{"type":"cert","cert":{"public_cert":"-----BEGIN CERTIFICATE-----\\n","serial_number":"0x1f",' +
        '"not_valid_before":"2026-11-22T17:05:59Z","not_valid_after":"2027-11-22T17:05:59Z",' +
        '"issuer":"CN=root,O=CSA","subject":"CN=cam,O=CSA",' +
        '"extensions":["Key Usages: critical, digitalSignature"],"fingerprint_sha256":"ab","sans":["DNS:cam"]},' +
        '"key":null}',
    )
  })

  it("has the reference's fields of a key, in their order", () => {
    equal(
      JSON.stringify(
        certificateFileResponse({ kind: 'key', key: { bits: 256, privateKey: 'a', publicKey: 'b' } }),
      ),
      '{"type":"key","cert":null,"key":{"key_size":256,"private_key":"a","public_key":"b"}}',
    )
  })
})
