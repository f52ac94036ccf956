import { z } from 'zod'
import { text } from './components.ts'

/** The query of a list in pages. */
export const paging = {
  after: text.optional().describe('next of the previous page'),
  limit: z.coerce.number().int().min(1).max(1000).optional().describe('missing: all'),
}

/** The field of a list that names its next page. */
export const next = text.nullable().describe('after of the next page; null: this is the last one')
