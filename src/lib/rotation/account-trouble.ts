import type { Account } from '../account/account.ts'
import type { Refusal } from './eligibility.ts'

/** Why an account waits for a person, and what brings it back. */
export interface AccountTrouble {
  /** After the account's name: `has no credit left`. */
  words: string
  /** The command to type. */
  fix: string
  /** Money is missing. */
  isMoney: boolean
}

/** What only a person can end; null: the refusal ends by itself, or is about the request. */
export function troubleOf(account: Account, refusal: Refusal): AccountTrouble | null {
  const name = `${account.provider}/${account.name}`
  const { kind, words } = refusal
  if (kind === 'needs-login') return refusedCredential(account, name, words)
  if (kind === 'cooling' && refusal.reason === 'auth-dead') return refusedCredential(account, name, words)
  if (refusal.availableAt !== null) return null
  if (kind === 'exhausted' || kind === 'reserved')
    return { words, fix: `qwenctl accounts set ${name} --limit ${limitOf(refusal)}`, isMoney: false }
  if (kind !== 'cooling') return null
  if (refusal.reason !== 'quota-hard') return { words, fix: `qwenctl quota reset ${name}`, isMoney: false }
  const ofModel = refusal.scope === 'model' ? ' for this model' : ''
  return {
    words: `has no credit left${ofModel}${evidenceIn(words)}`,
    fix: `qwenctl auth verify ${name}`,
    isMoney: true,
  }
}

function refusedCredential({ credential }: Account, name: string, words: string): AccountTrouble {
  const more = evidenceIn(words)
  if (credential.type === 'oauth') {
    return {
      words: `needs a new login${more}`,
      fix: `qwenctl auth refresh ${name} --login`,
      isMoney: false,
    }
  }
  const fix = `qwenctl accounts set ${name} --key-stdin`
  if (credential.type === 'none') return { words: 'has no key', fix, isMoney: false }
  return { words: `has a key that the provider refuses${more}`, fix, isMoney: false }
}

/** What the provider said stands in brackets at the end. */
function evidenceIn(words: string): string {
  return /( \(.*\))$/s.exec(words)?.[1] ?? ''
}

function limitOf({ limit }: { limit: string }): string {
  return `MAX/${limit.split('/').slice(1).join('/')}`
}
