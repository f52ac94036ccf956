import { createHash } from 'node:crypto'
import { CLIENT_KEY_PREFIX, allowedBy } from '../../account/client-key.ts'
import type { AccountScope, ClientKey } from '../../account/client-key.ts'
import { QwenctlError } from '../../base/errors.ts'
import { RecentMap } from '../../rotation/pool/recent-map.ts'
import { FailedAttempts } from '../../toolkit/quota/failed-attempts.ts'

/** A key that the proxy knows, with what the pool is to look at. */
export interface KnownKey {
  key: ClientKey
  /** Epoch milliseconds; Infinity: never. */
  expiresAt: number
  /** Null: any account. The same object for every request, so that lanes are found again. */
  allowed: AccountScope['allowed']
  /** What the client may see. */
  scope: AccountScope
  /** For the ledger. */
  also: string[]
  /** It was presented with the secret from before its rotation. */
  isFormer?: boolean
}

const MOST_PRESENTED = 1024

/**
 * Tells clients by their key. A key is looked up by the hash of all of it: there is nothing to compare byte by byte, and
 * what was read of the memory or the file does not open anything. Until the first key exists everybody may come, whatever
 * they present.
 */
export class Authenticator {
  readonly #clock: () => number
  #byHash = new Map<string, KnownKey>()
  #isRequired = false
  #isAlwaysRequired = false
  /** What was presented lately, so that a client's key is hashed once and not with every request. */
  #presented = new RecentMap<string, KnownKey>(MOST_PRESENTED)
  readonly #failures: FailedAttempts

  /** `clock`: epoch milliseconds. */
  constructor(clock: () => number) {
    this.#clock = clock
    this.#failures = new FailedAttempts(clock, 'too many requests with a wrong key came from this address')
  }

  /** Takes the keys as they are now; those made for one command ask a key of nobody else. */
  use(keys: readonly ClientKey[]): void {
    this.#isRequired = this.#isAlwaysRequired || keys.some(({ isTemporary }) => !isTemporary)
    this.#presented = new RecentMap(MOST_PRESENTED)
    this.#byHash = new Map(keys.flatMap(knownHashes))
  }

  /** From now on, also when the last key is taken away: where others can reach the proxy, nobody may come in without. */
  requireAlways(): void {
    this.#isAlwaysRequired = true
    this.#isRequired = true
  }

  /** Whether a request without a key is refused. */
  get isRequired(): boolean {
    return this.#isRequired
  }

  /**
   * Whose request it is; null where nobody has to say. `presented`: what stood in `authorization` or `x-api-key`.
   * Throws `invalid_api_key`, or `too_many_failures` for an address that has tried too often.
   */
  authenticate(presented: string | null, from: { remoteAddress?: string | undefined }): KnownKey | null {
    if (this.#byHash.size === 0 && !this.#isRequired) return null
    const found = presented === null ? undefined : this.#find(presented)
    if (found !== undefined && found.expiresAt > this.#clock() && found.key.isPaused !== true) return found
    if (!this.#isRequired && (presented === null || !presented.startsWith(CLIENT_KEY_PREFIX))) return null
    this.#refuse(presented, found, from.remoteAddress ?? '')
  }

  #find(presented: string): KnownKey | undefined {
    const before = this.#presented.get(presented)
    if (before !== undefined) return before
    if (!presented.startsWith(CLIENT_KEY_PREFIX) || presented.length > 256) return undefined
    const found = this.#byHash.get(createHash('sha256').update(presented).digest('hex'))
    if (found !== undefined) this.#presented.set(presented, found)
    return found
  }

  #refuse(presented: string | null, found: KnownKey | undefined, address: string): never {
    this.#failures.count(address)
    throw new QwenctlError('invalid_api_key', wordsFor(presented, found), {
      hint: 'qwenctl keys create NAME makes a key; send it as Authorization: Bearer qk_… or x-api-key: qk_…',
    })
  }
}

/** The hashes that open a key: its own, and for a while those from before it was rotated. */
function knownHashes(key: ClientKey): [string, KnownKey][] {
  const own = known(key)
  const former = (key.former ?? []).map(({ hash, until }): [string, KnownKey] => [
    hash,
    { ...own, expiresAt: Math.min(own.expiresAt, Date.parse(until)), isFormer: true },
  ])
  return [...former, [key.hash, own]]
}

function known(key: ClientKey): KnownKey {
  const allowed = allowedBy(key)
  return {
    key,
    expiresAt: key.expiresAt === null ? Infinity : Date.parse(key.expiresAt),
    allowed,
    scope: { user: key.user, allowed },
    also: [key.id],
  }
}

function wordsFor(presented: string | null, found: KnownKey | undefined): string {
  if (found !== undefined) {
    const { name, isPaused, expiresAt } = found.key
    if (isPaused === true) return `the client key "${name}" is paused`
    if (found.isFormer === true) return `the client key "${name}" has a new secret`
    return `the client key "${name}" expired at ${expiresAt}`
  }
  return presented === null ? 'the request has no client key' : 'the client key is not known'
}
