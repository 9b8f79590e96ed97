import type { FindingCode } from '../../../services/ingest/src/validation/rules.ts'
import { hksvScenarios } from './hksv-scenarios.ts'
import { manifestScenarios } from './manifest-scenarios.ts'
import { mediaScenarios } from './media-scenarios.ts'
import { orderScenarios } from './order-scenarios.ts'
import { requestScenarios } from './request-scenarios.ts'
import type { Scenario } from './scenario.ts'

/** A scenario for each code of the catalogue. */
export const scenarios: Readonly<Record<FindingCode, Scenario>> = {
  ...requestScenarios,
  ...orderScenarios,
  ...mediaScenarios,
  ...manifestScenarios,
  ...hksvScenarios,
}
