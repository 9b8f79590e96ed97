import type { FindingCode } from '../../../services/ingest/src/validation/rules.ts'
import { manifestStories } from './manifest-stories.ts'
import { mediaStories } from './media-stories.ts'
import { orderStories } from './order-stories.ts'
import { requestStories } from './request-stories.ts'
import type { Story } from './story.ts'

/** A story for each code of the catalogue. */
export const stories: Readonly<Record<FindingCode, Story>> = {
  ...requestStories,
  ...orderStories,
  ...mediaStories,
  ...manifestStories,
}
