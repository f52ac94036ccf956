import { QwenctlError } from '../../base/errors.ts'

/** Makes a new object the user's. Throws `forbidden` if it names another user. */
export function assignToUser<Wanted extends { user?: string }>(user: string, wanted: Wanted): Wanted {
  if (wanted.user === undefined || wanted.user === user) return { ...wanted, user }
  throw new QwenctlError('forbidden', `a new object must belong to the user ${user}, not to ${wanted.user}`, {
    hint: 'leave the user out',
    details: { field: 'user' },
  })
}
