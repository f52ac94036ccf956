/** No account has this user. */
const NO_USER = ''

/** The query, restricted to the user. One for another user finds nothing. */
export function ownFilter<Query extends { user?: string }>(
  user: string,
  query: Query = {} as Query,
): Query & { user: string } {
  return { ...query, user: query.user === undefined || query.user === user ? user : NO_USER }
}
