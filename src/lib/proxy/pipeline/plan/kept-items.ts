import { REFERENCE, resolveReferences } from '../../../translate/responses/item-references.ts'
import type { LivePool } from '../../pool/live-pool.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Incoming } from './outgoing.ts'

const MARK = Buffer.from(`"${REFERENCE}"`)

/** Puts kept items in place of references to them, so that every account can read the conversation. */
export function insertKeptItems(
  { placements }: Pick<LivePool, 'placements'>,
  { key }: Pick<Exchange, 'key'>,
  incoming: Incoming,
): Incoming {
  const { route, bytes } = incoming
  if (route.format !== 'responses' || !bytes.includes(MARK)) return incoming
  const owner = key?.key.name ?? ''
  const text = resolveReferences(bytes.toString('utf8'), (token) => placements.items.find(token, owner))
  return text === null ? incoming : { ...incoming, bytes: Buffer.from(text) }
}
