import { equal, match, ok } from 'node:assert/strict'
import { generateKeyPairSync, generatePrimeSync } from 'node:crypto'
import { weaknessOfRsaKey } from './rsa-key.ts'

const prime = (bits: number): bigint => generatePrimeSync(bits, { bigint: true })

const e = 65_537n

describe('weaknessOfRsaKey', () => {
  const p = prime(1_024)
  const q = prime(1_024)

  it('is none for keys that Node and OpenSSL make', async () => {
    for (const modulusLength of [2_048, 3_072]) {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength })
      const { n = '' } = publicKey.export({ format: 'jwk' })
      equal(await weaknessOfRsaKey(BigInt(`0x${Buffer.from(n, 'base64url').toString('hex')}`), e), null)
    }
    equal(await weaknessOfRsaKey(p * q, e), null)
    equal(await weaknessOfRsaKey(p * q, 2n ** 255n + 1n), null)
  })

  const weak: readonly [what: string, modulus: () => bigint, weakness: RegExp, exponent?: bigint][] = [
    ['an even modulus', () => p * q + 1n, /divisible by 2$/],
    ['a modulus with a small factor', () => 3n * prime(2_047), /divisible by 3$/],
    ['a modulus with a larger small factor', () => 1_999n * p * q, /divisible by 1999$/],
    ['a prime modulus', () => prime(2_048), /is a prime number/],
    ['the square of a prime', () => p * p, /equal or close/],
    ['a product of primes that are close', () => p * nearBy(p), /equal or close/],
    ['the exponent 3', () => p * q, /public exponent from 65537/, 3n],
    ['the exponent 65535', () => p * q, /public exponent from 65537/, 65_535n],
    ['an even exponent', () => p * q, /odd public exponent/, 65_538n],
    ['an exponent of 2047 bits', () => p * q, /public exponent from 65537/, 2n ** 2_046n + 1n],
    ['a ROCA modulus', rocaModulus, /ROCA/],
  ]
  for (const [what, modulus, weakness, exponent = e] of weak)
    it(`finds ${what}`, async () => match((await weaknessOfRsaKey(modulus(), exponent)) ?? 'none', weakness))

  it('takes less than a tenth of a second of this thread for 4096 bits', async () => {
    const modulus = prime(2_048) * prime(2_048)
    const began = performance.now()
    const weakness = weaknessOfRsaKey(modulus, e)
    const blockedMs = performance.now() - began
    equal(await weakness, null)
    ok(blockedMs < 100, `${blockedMs} ms`)
  })
})

/** A larger number without small factors, as close as the last 500 of 1024 bits; Fermat's method needs no prime. */
function nearBy(p: bigint): bigint {
  for (let near = p + 2n ** 500n; ; near += 2n) if (gcd(near, primorial) === 1n) return near
}

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b))
const primorial = Array.from({ length: 2_000 }, (_, n) => BigInt(n + 1)).reduce((all, n) => all * n, 1n)

/** A power of 65537 modulo the product of many primes, of the right size. */
function rocaModulus(): bigint {
  const primes = Array.from({ length: 699 }, (_, n) => n + 2).filter((n) => isSmallPrime(n))
  const product = primes.reduce((all, n) => all * BigInt(n), 1n)
  let power = 1n
  for (let n = 0; n < 1_234; n++) power = (power * e) % product
  return power + product * 2n ** 1_070n
}

const isSmallPrime = (n: number): boolean =>
  Array.from({ length: n - 2 }, (_, divisor) => divisor + 2).every((divisor) => n % divisor !== 0)
