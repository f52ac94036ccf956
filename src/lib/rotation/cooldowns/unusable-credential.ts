import type { Account } from '../../account/account.ts'
import { isHeadersFault } from '../../account/headers-fault.ts'
import { GUESS_PREFIX } from './cooling.ts'

/**
 * The reason why a credential is useless before any provider sees it. `closed-*`: the sealed value does not open
 * with the keys of this home. `plugin`: the provider's plugin fails to make the headers.
 */
export type UnusableKind = 'closed-key' | 'closed-login' | 'closed-egress' | 'plugin'

/** The sealed parts of an account, as messages name them. */
export type SealedPart = 'key' | 'login' | 'egress proxy'

export const closedKinds: Readonly<Record<SealedPart, UnusableKind>> = {
  key: 'closed-key',
  login: 'closed-login',
  'egress proxy': 'closed-egress',
}

const CLOSED = /^the (key|login|egress proxy) of .+? (does not open(?::.*)?)$/su

/** The message of a sealed part that does not open. The ledger keeps it as evidence, and `findUnusable` reads it. */
export function formatClosed(part: SealedPart, reference: string, reason: string): string {
  return `the ${part} of ${reference} does not open: ${reason}`
}

/** Reads from the evidence of a cooldown why a credential cannot be used. Null: the provider refused it. */
export function findUnusable(evidence: string | null): { kind: UnusableKind; words: string } | null {
  const said = evidence?.replace(GUESS_PREFIX, '') ?? ''
  if (isHeadersFault(said)) return { kind: 'plugin', words: said }
  const closed = CLOSED.exec(said)
  if (closed === null) return null
  const [, part, words] = closed
  return { kind: closedKinds[part as SealedPart], words: `its ${part} ${words}` }
}

/** Which part of an account its credential is. */
export function credentialPart({ credential }: Pick<Account, 'credential'>): SealedPart {
  return credential.type === 'oauth' ? 'login' : 'key'
}
