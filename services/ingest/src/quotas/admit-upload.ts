import type { Device } from '@pushav/shared/identity.ts'
import type { UploadAdmission } from '../uploads/ports.ts'
import type { DiskSpace } from './disk-space.ts'
import type { Quotas } from './quotas.ts'

interface AdmitUploadDeps {
  /** Null where no quota is set. */
  readonly quotas: Quotas | null
  /** Hash of the key of a device's certificate. */
  readonly keyOf: (device: Device) => string
  /** Null where no part of the disk is reserved. */
  readonly space: DiskSpace | null
}

/**
 * Lets an upload begin, or throws the refusals `quota-exceeded` and `disk-full`. Bytes that are announced are taken at
 * once, others as they come.
 */
export type AdmitUpload = (
  stream: string,
  device: Device | null,
  declaredBytes: number | null,
) => Promise<UploadAdmission>

/** Null where nothing limits uploads. */
export function admitUploadWith(deps: AdmitUploadDeps): AdmitUpload | null {
  const { quotas, keyOf, space } = deps
  if (quotas === null && space === null) return null
  return async function admitUpload(stream, device, declaredBytes) {
    const bytes = declaredBytes ?? 0
    const reservation = quotas?.reserve(stream, device && keyOf(device), bytes) ?? null
    try {
      await space?.take(bytes)
    } catch (error) {
      if (reservation) quotas?.release(reservation)
      throw error
    }
    return new Admission(deps, reservation, declaredBytes)
  }
}

/** A class, because there is one for each upload. */
class Admission implements UploadAdmission {
  readonly #deps: AdmitUploadDeps
  readonly #reservation: ReturnType<Quotas['reserve']> | null
  readonly #isDeclared: boolean
  /** Taken of the disk and not settled. */
  #outstanding: number

  constructor(
    deps: AdmitUploadDeps,
    reservation: ReturnType<Quotas['reserve']> | null,
    declared: number | null,
  ) {
    this.#deps = deps
    this.#reservation = reservation
    this.#isDeclared = declared !== null
    this.#outstanding = declared ?? 0
  }

  async received(bytes: number): Promise<void> {
    if (this.#isDeclared) this.#settle(Math.min(bytes, this.#outstanding))
    else await this.decoded(bytes, bytes)
  }

  /** The disk holds decoded bytes beside the coded body for a while; in the quotas they take its place. */
  async decoded(bytes: number, more: number): Promise<void> {
    const { quotas, space } = this.#deps
    if (this.#reservation && more > 0) quotas?.grow(this.#reservation, more)
    await space?.take(bytes)
    space?.settle(bytes)
  }

  storedPart(bytes: number): void {
    if (this.#reservation) this.#deps.quotas?.shrink(this.#reservation, bytes)
  }

  end(unindexed: string | null): void {
    const { quotas } = this.#deps
    this.#settle(this.#outstanding)
    if (!this.#reservation) return
    if (unindexed === null) quotas?.release(this.#reservation)
    else quotas?.releaseWhenIndexed(unindexed, this.#reservation)
  }

  #settle(bytes: number): void {
    this.#outstanding -= bytes
    this.#deps.space?.settle(bytes)
  }
}
