import { readMembers } from '../../../translate/json/ordered-json.ts'
import { RawJson, writeJson } from '../../../translate/json/raw-json.ts'
import type { AttemptContext } from '../attempt-context.ts'

type Answered = Pick<AttemptContext, 'live' | 'exchange' | 'outgoing'>

/**
 * Keeps the items of a translated answer before its client can name them. Clients with a default `store` refer to
 * them, and no account has them. `answer`: in the client's format, as JSON or as a value.
 */
export function keepItems(
  { live, exchange, outgoing: { plan } }: Answered,
  answer: Buffer | Record<string, unknown>,
): void {
  if (plan?.itemsToken === undefined) return
  const items = Buffer.isBuffer(answer)
    ? readMembers(new RawJson(answer.toString('utf8')))?.get('output')?.text
    : writeJson(answer.output)
  if (items !== undefined && items !== '[]')
    live.keepItems(plan.itemsToken, exchange.key?.key.id ?? '', items)
}
