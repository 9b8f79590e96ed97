import type { RefusalResponse } from '@pushav/shared/api/devices.ts'
import { adviceOn } from '../advice.ts'
import type { RefusalRecord } from '../refusals.ts'

export const refusalResponse = (refusal: RefusalRecord): RefusalResponse => ({
  at: refusal.at,
  address: refusal.address,
  code: refusal.code,
  reason: refusal.reason,
  advice: adviceOn(refusal),
  certificate: refusal.certificate,
  count: refusal.count,
})
