import { hksvRules } from './rules/hksv-rules.ts'
import { ingestManifestRules } from './rules/ingest-manifest-rules.ts'
import { ingestSegmentRules } from './rules/ingest-segment-rules.ts'
import { initSegmentRules } from './rules/init-segment-rules.ts'
import { manifestAgainstMediaRules } from './rules/manifest-against-media-rules.ts'
import { manifestContentRules } from './rules/manifest-content-rules.ts'
import { matterManifestRules } from './rules/matter-manifest-rules.ts'
import { matterSessionRules } from './rules/matter-session-rules.ts'
import { requestRules } from './rules/request-rules.ts'
import type { Rule } from './rules/rule.ts'
import { segmentRules } from './rules/segment-rules.ts'

export type { Rule, Severity, Standard } from './rules/rule.ts'

/** All rules, in the order of the report and the documentation, by the code of their findings. */
export const rules = {
  ...requestRules,
  ...matterManifestRules,
  ...manifestContentRules,
  ...matterSessionRules,
  ...initSegmentRules,
  ...segmentRules,
  ...hksvRules,
  ...ingestSegmentRules,
  ...manifestAgainstMediaRules,
  ...ingestManifestRules,
} as const satisfies Record<string, Rule>

/** Everything that can be noticed about an upload; a closed list. */
export type FindingCode = keyof typeof rules

export const findingCodes = Object.keys(rules) as FindingCode[]
