import { QwenctlError } from '../../base/errors.ts'

/** A new object that belongs to the user. Throws `forbidden` if it names another. */
export function ownedBy<Wanted extends { user?: string }>(user: string, wanted: Wanted): Wanted {
  if (wanted.user === undefined || wanted.user === user) return { ...wanted, user }
  throw new QwenctlError('forbidden', `only objects of the user ${user} can be made here`, {
    hint: 'leave the user out',
    details: { field: 'user' },
  })
}
