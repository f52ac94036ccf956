import { z } from 'zod'
import type { AccountFilter } from '../../toolkit/toolkit.ts'

export const accountFilter = z.strictObject({
  user: z.string().optional(),
  provider: z.string().optional(),
  group: z.string().optional(),
})

/** The fields that are there; an empty one is as none, since forms send those. */
export function filterOf(query: z.output<typeof accountFilter>): AccountFilter {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(given)
}

export const flag = z.enum(['true', 'false']).optional()
