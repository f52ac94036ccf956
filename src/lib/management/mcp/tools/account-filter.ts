import { z } from 'zod'

/** The filter fields that several tools share. */
export const filterFields = {
  user: z.string().optional().describe('only accounts of this user'),
  provider: z.string().optional().describe('only accounts at this provider'),
  group: z.string().optional().describe('only accounts of this group'),
}

/** The fields of an object that have a value. */
export function definedOnly<Fields extends object>(fields: Fields): Partial<Fields> {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(given) as Partial<Fields>
}
