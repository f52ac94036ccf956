import { z } from 'zod'
import { account } from '../../contract/account.ts'
import { paging } from '../../contract/paging.ts'
import type { AccountFilter } from '../../toolkit/toolkit.ts'

/** The filters of lists of accounts. */
export const accountFilter = z.strictObject({
  user: z.string().optional(),
  provider: z.string().optional(),
  group: z.string().optional(),
})

/** The same for a list in pages. */
export const accountListQuery = accountFilter.extend({
  status: account.shape.status.optional(),
  ...paging,
})

/** The fields that have a value: forms send empty fields. */
export function buildFilter({ user, provider, group }: z.output<typeof accountFilter>): AccountFilter {
  const given = Object.entries({ user, provider, group }).filter(
    ([, value]) => value !== undefined && value !== '',
  )
  return Object.fromEntries(given)
}

export const flag = z.enum(['true', 'false']).optional()
