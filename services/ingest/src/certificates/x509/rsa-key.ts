import { checkPrime } from 'node:crypto'

/** FIPS 186-5, A.1.1: the public exponent is odd and lies between these. */
const exponentBounds = { above: 2n ** 16n, below: 2n ** 256n }
const maxTrialDivisor = 2_000
const fermatRounds = 100

/**
 * Why an RSA key must not be signed, in words that follow "its RSA key …"; null for a key without a known weakness.
 * Anyone who can factor its modulus could take the device's place. `modulus` is positive.
 */
export async function weaknessOfRsaKey(modulus: bigint, exponent: bigint): Promise<string | null> {
  if (exponent % 2n === 0n || exponent <= exponentBounds.above || exponent >= exponentBounds.below)
    return 'must have an odd public exponent from 65537 to less than 2^256'
  const divisor = smallDivisorOf(modulus)
  if (divisor !== null) return `has a modulus that is divisible by ${divisor}`
  if (isRoca(modulus)) return 'was made by a generator whose keys can be factored (ROCA, CVE-2017-15361)'
  if (hasCloseFactors(modulus)) return 'has a modulus whose factors are equal or close to each other'
  if (await isProbablePrime(modulus)) return 'has a modulus that is a prime number'
  return null
}

/** One round of Miller-Rabin, in Node's thread pool. */
const isProbablePrime = (n: bigint): Promise<boolean> =>
  new Promise((resolve, reject) =>
    checkPrime(n, { checks: 1 }, (error, result) => (error ? reject(error) : resolve(result))),
  )

function smallDivisorOf(modulus: bigint): number | null {
  return smallPrimes.find((prime) => modulus % BigInt(prime) === 0n) ?? null
}

const smallPrimes: readonly number[] = primesBelow(maxTrialDivisor)

function primesBelow(limit: number): number[] {
  const primes: number[] = []
  for (let n = 2; n < limit; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  return primes
}

/**
 * Moduli of ROCA keys are powers of 65537 modulo each of the first primes (Nemec et al., "The Return of Coppersmith's
 * Attack", 2017, 3.2). A random modulus is that for all of these once in 2^27 keys.
 */
const isRoca = (modulus: bigint): boolean =>
  rocaResidues.every(([prime, residues]) => residues.has(Number(modulus % prime)))

const rocaResidues: readonly (readonly [bigint, ReadonlySet<number>])[] = primesBelow(168)
  .filter((prime) => prime > 2)
  .map((prime) => [BigInt(prime), powersOf(65_537, prime)])

function powersOf(base: number, prime: number): ReadonlySet<number> {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * base) % prime) powers.add(power)
  return powers
}

/** Fermat's method, as CA/Browser Forum Baseline Requirements 6.1.1.3 wants it: 100 rounds. */
function hasCloseFactors(modulus: bigint): boolean {
  let mean = squareRootOf(modulus)
  if (mean * mean < modulus) mean += 1n
  let rest = mean * mean - modulus
  for (let round = 0; round < fermatRounds; round++) {
    if (isSquare(rest)) return true
    rest += 2n * mean + 1n
    mean += 1n
  }
  return false
}

function isSquare(n: bigint): boolean {
  if (!squaresModulo64.has(Number(n & 63n))) return false
  const root = squareRootOf(n)
  return root * root === n
}

const squaresModulo64 = new Set(Array.from({ length: 64 }, (_, n) => (n * n) % 64))

/** Rounded down, by Newton's method from above. */
function squareRootOf(n: bigint): bigint {
  if (n < 2n) return n
  let root = 1n << BigInt(Math.ceil(n.toString(16).length * 2))
  for (;;) {
    const next = (root + n / root) >> 1n
    if (next >= root) return root
    root = next
  }
}
