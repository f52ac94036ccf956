/** Fields of request lines that may tell of accounts and keys of other users. */
interface RequestFields {
  onlyUser?: string | null
  clientKey?: string | null
  clientKeyId?: string | null
  outcome?: string | null
  message?: string | null
  attempts?: number
  tried?: string[]
  attempt?: number | null
  next?: string | null
}

/**
 * A log line as one user may see it; null: it is about accounts of others. A request that accounts of several users
 * could serve may name them: its line then shows the user's own account alone.
 */
export function showLineTo(user: string, text: string): string | null {
  if (hasField(text, 'onlyUser', user)) return text
  if (!hasField(text, 'user', user)) return null
  return hasField(text, 'kind', 'cooldown') ? text : JSON.stringify(withoutOthers(text))
}

function withoutOthers(text: string): RequestFields {
  const line = JSON.parse(text) as RequestFields
  const { tried, outcome, message = null } = line
  const last = tried?.at(-1)
  if (last === undefined) return { ...line, attempt: null, next: null }
  // The words of qwenctl's own errors name accounts; a provider's message is about the user's own account.
  const isProviders = last.endsWith(` ${outcome}`)
  const ofOthers = { clientKey: null, clientKeyId: null, message: isProviders ? message : null }
  return { ...line, ...ofOthers, attempts: 1, tried: [last] }
}

/** A text within a line cannot match a field, since its quotes are escaped. */
function hasField(text: string, field: string, value: string): boolean {
  return text.includes(`"${field}":${JSON.stringify(value)},`)
}
