import { z } from 'zod'
import { account } from '../../contract/accounts/account.ts'
import { paging } from '../../contract/paging.ts'
import type { AccountFilter } from '../../toolkit/toolkit.ts'

/** The filters of lists of accounts. */
export const accountFilter = z.strictObject({
  user: z.string().optional().describe('only accounts of this user'),
  provider: z.string().optional().describe('only accounts at this provider'),
  group: z.string().optional().describe('only accounts of this group'),
})

/** The same for a list in pages. */
export const accountListQuery = accountFilter.extend({
  status: account.shape.status.optional(),
  ...paging,
})

export function buildFilter({ user, provider, group }: z.output<typeof accountFilter>): AccountFilter {
  return definedOnly({ user, provider, group })
}

/** The fields that have a value: forms send empty fields. */
export function definedOnly<Fields extends object>(fields: Fields): Partial<Fields> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(given) as Partial<Fields>
}

export const flag = z.enum(['true', 'false']).optional()
