import type { Account } from '../../account/account.ts'
import { shortReference } from '../../account/account.ts'
import { cooldownWords } from '../../quota/cooldown-words.ts'
import { GUESS_PREFIX } from './cooling.ts'
import type { UnusableKind } from './unusable-credential.ts'
import { findUnusable } from './unusable-credential.ts'
import type { Refusal } from '../refusal.ts'

/**
 * Why an account needs a person, and the command that brings it back. Errors, statuses, commands and the page share
 * these words.
 */
export interface AccountTrouble {
  /** A sentence about the account, with what its provider said: `its key is refused (invalid key)`. */
  words: string
  /** The command to type. `MAX` is a number that the user chooses. */
  fix: string
  /** Money is missing. */
  isMoney: boolean
}

export type TroubleKind =
  | 'disabled'
  | 'no-key'
  | 'key-lost'
  | 'login-lost'
  | 'key-refused'
  | 'login-ended'
  | 'login-expired'
  | 'no-credit'
  | 'unreachable'
  | 'held'
  | UnusableKind

interface TroubleRow {
  words: string
  /** The arguments of `qwenctl`; `NAME` is the account. */
  fix: string
}

const NEW_KEY = 'accounts set NAME --key-stdin'
const NEW_LOGIN = 'auth refresh NAME --login'

const rows: Readonly<Record<TroubleKind, TroubleRow>> = {
  disabled: { words: 'disabled', fix: 'accounts enable NAME' },
  'no-key': { words: 'it has no key', fix: NEW_KEY },
  'key-lost': { words: 'its key was lost with the old vault', fix: NEW_KEY },
  'login-lost': { words: 'its login was lost with the old vault', fix: NEW_LOGIN },
  'key-refused': { words: 'its key is refused', fix: NEW_KEY },
  'login-ended': { words: 'its login has ended', fix: NEW_LOGIN },
  'login-expired': { words: 'its login has expired', fix: NEW_LOGIN },
  'no-credit': { words: cooldownWords['quota-hard'], fix: 'auth verify NAME' },
  unreachable: { words: cooldownWords.unreachable, fix: 'auth verify NAME' },
  held: { words: 'it waits for you', fix: 'quota reset NAME --cooldowns' },
  'closed-key': { words: 'its key does not open', fix: NEW_KEY },
  'closed-login': { words: 'its login does not open', fix: NEW_LOGIN },
  'closed-egress': { words: 'its egress proxy does not open', fix: 'accounts set NAME --egress-proxy URL' },
  plugin: { words: 'its plugin fails', fix: 'auth verify NAME' },
}

/** `words` replaces the words of the kind; `evidence` is the provider's message. */
export function describeTrouble(
  kind: TroubleKind,
  account: Account,
  { words = rows[kind].words, evidence = null }: { words?: string; evidence?: string | null } = {},
): AccountTrouble {
  const isMoney = kind === 'no-credit'
  // There is nothing to verify without a credential.
  const { fix } = rows[isMoney && account.credential.type === 'none' ? 'held' : kind]
  return { words: `${words}${inBrackets(evidence)}`, fix: typed(fix, account), isMoney }
}

/** The trouble of an account with a credential that its provider refuses. */
export function describeRefusedCredential(account: Account, evidence: string | null): AccountTrouble {
  const lost = describeLostCredential(account)
  if (lost !== null) return lost
  const unusable = findUnusable(evidence)
  if (unusable !== null) return describeTrouble(unusable.kind, account, { words: unusable.words })
  const { type } = account.credential
  const kind = type === 'oauth' ? 'login-ended' : type === 'none' ? 'no-key' : 'key-refused'
  return describeTrouble(kind, account, { evidence })
}

/** The trouble of an account that lost its credential with an old vault; null: it has a credential. */
export function describeLostCredential(account: Account): AccountTrouble | null {
  const { credential } = account
  if (credential.type !== 'none' || credential.lost === undefined) return null
  return describeTrouble(credential.lost === 'oauth' ? 'login-lost' : 'key-lost', account)
}

/** The trouble of an account with a limit that leaves nothing to use, such as `0/day`. */
export function describeClosedLimit(account: Account, limit: string, words: string): AccountTrouble {
  const given = account.limits ?? []
  if (!given.includes(limit)) {
    // qwenctl learned the limit from the provider.
    return { words, fix: typed('quota reset NAME --learned', account), isMoney: false }
  }
  // `--limit` replaces all limits, so the command repeats the others.
  const raised = given.map((other) => (other === limit ? limit.replace(/^[\d.]+/, 'MAX') : other))
  const flags = raised.map((each) => ` --limit ${each}`).join('')
  return { words, fix: typed(`accounts set NAME${flags}`, account), isMoney: false }
}

/** The trouble that only a person can end. Null: the refusal ends without one, or is about the request. */
export function findTrouble(account: Account, refusal: Refusal): AccountTrouble | null {
  const { kind, words } = refusal
  if (kind === 'needs-login') return describeRefusedCredential(account, refusal.evidence)
  if (refusal.availableAt !== null) return null
  if (kind === 'exhausted' || kind === 'reserved') return describeClosedLimit(account, refusal.limit, words)
  if (kind !== 'cooling') return null
  const { reason, evidence, scope } = refusal
  if (reason === 'auth-dead') return describeRefusedCredential(account, evidence)
  if (reason !== 'quota-hard') return describeTrouble('held', account, { words })
  const ofModel = scope === 'model' ? ' for this model' : ''
  return describeTrouble('no-credit', account, { words: `${rows['no-credit'].words}${ofModel}`, evidence })
}

function typed(fix: string, account: Account): string {
  return `qwenctl ${fix.replace('NAME', shortReference(account))}`
}

/** Adds the evidence in brackets. Drops the prefix of a guessed time, which says nothing about the trouble. */
function inBrackets(evidence: string | null): string {
  const said = evidence === null ? '' : evidence.replace(GUESS_PREFIX, '')
  return said === '' ? '' : ` (${said})`
}
