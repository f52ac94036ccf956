import type { RequestFacts } from './request-facts.ts'

/** The header value when no account was asked. No account can have this name. */
const NO_ACCOUNT = '-'

const MOST_FIELDS = 20

/** Adds the proxy's own headers, which every answer has. Flat, as `writeHead` takes them. */
export function addOwnHeaders(headers: string[], facts: RequestFacts): string[] {
  const { id, attempts, account, allow, spoken, leftOut, mostOutput } = facts
  headers.push('x-request-id', id, 'x-qwenctl-attempts', String(attempts))
  headers.push('x-qwenctl-account', account ?? NO_ACCOUNT)
  if (allow !== null) headers.push('allow', allow)
  if (facts.isTranslated && spoken !== null) headers.push('x-qwenctl-translated', spoken)
  if (leftOut.length > 0) headers.push('x-qwenctl-left-out', listFields(leftOut))
  if (mostOutput !== null) headers.push('x-qwenctl-max-tokens', String(mostOutput))
  if (facts.isSimulated) headers.push('x-qwenctl-simulated', 'true')
  if (facts.dialect === 'anthropic') headers.push('request-id', id)
  return headers
}

/** The same headers for an answer of the management, which asks no account. */
export function managedHeaders(id: string): [name: string, value: string][] {
  return [
    ['x-request-id', id],
    ['x-qwenctl-attempts', '0'],
    ['x-qwenctl-account', NO_ACCOUNT],
  ]
}

/** Names of fields as a header. A client may have written any name. */
function listFields(fields: readonly string[]): string {
  return fields
    .slice(0, MOST_FIELDS)
    .map((field) => field.replaceAll(/[^\w.-]/g, '_').slice(0, 80))
    .join(', ')
}
