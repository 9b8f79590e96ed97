import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'

/** Starts an HTTPS server for localhost with a self-signed certificate, which its clients have to trust. */
export async function startHttpsServer(respond: RequestListener) {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  let connections = 0
  const server = createServer({ cert, key, requestCert: true, rejectUnauthorized: false }, respond).listen(
    0,
    'localhost',
  )
  server.on('secureConnection', () => {
    connections += 1
  })
  await once(server, 'listening')
  return {
    certificate: cert,
    /** PEM of the certificate and its key. */
    pem: `${cert}\n${key}`,
    connections: () => connections,
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}
