import { REFERENCE, resolveReferences } from '../../../translate/responses/item-references.ts'
import { tooLarge } from '../../transport/body/content-codings.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { ProxyContext } from '../proxy-context.ts'
import type { Incoming } from './outgoing.ts'

const MARK = Buffer.from(`"${REFERENCE}"`)

/**
 * Puts kept items in place of references to them, so that every account can read the conversation. Throws
 * `request_too_large`: the limit of a body also holds with its items.
 */
export function insertKeptItems(
  { live: { placements }, maxBodyBytes }: Pick<ProxyContext, 'live' | 'maxBodyBytes'>,
  { key }: Pick<Exchange, 'key'>,
  incoming: Incoming,
): Incoming {
  const { route, bytes } = incoming
  if (route.format !== 'responses' || !bytes.includes(MARK)) return incoming
  const owner = key?.key.id ?? ''
  const text = resolveReferences(bytes.toString('utf8'), {
    find: (token) => placements.items.find(token, owner),
    mostLength: maxBodyBytes,
    refuseLength: () => {
      throw tooLarge(maxBodyBytes)
    },
  })
  return text === null ? incoming : { ...incoming, bytes: Buffer.from(text) }
}
