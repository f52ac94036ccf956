import { z } from 'zod'
import type { AccountFilter } from '../../toolkit/toolkit.ts'

export const accountFilter = z.strictObject({
  user: z.string().optional(),
  provider: z.string().optional(),
  group: z.string().optional(),
})

/** The fields that have a value: forms send empty fields. */
export function buildFilter(query: z.output<typeof accountFilter>): AccountFilter {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(given)
}

export const flag = z.enum(['true', 'false']).optional()
