import type { Identity } from '../clients/curl.ts'

/** Paths of the PEM files of a device and of the root that it trusts. */
export interface DeviceFiles extends Identity {
  readonly cacert: string
}
