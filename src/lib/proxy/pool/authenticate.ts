import { createHash } from 'node:crypto'
import { CLIENT_KEY_PREFIX, allowedBy, findJobOfKey, isUseRecorded } from '../../account/client-key.ts'
import type { AccountScope, ClientKey } from '../../account/client-key.ts'
import { QwenctlError } from '../../base/errors.ts'
import { RecentMap } from '../../rotation/pool/recent-map.ts'
import { FailedAttempts } from '../../toolkit/quota/failed-attempts.ts'

/** A known key, with what the pool reads of it. */
export interface KnownKey {
  key: ClientKey
  /** Epoch milliseconds; Infinity: never. */
  expiresAt: number
  /** Null: any account. The same object for every request, so that lanes are found again. */
  allowed: AccountScope['allowed']
  /** The accounts that the client may see. */
  scope: AccountScope
  /** The key as a further subject of reservations; null: its use is not counted. */
  also: string[] | null
  /** The client presented the secret from before the key's rotation. */
  isFormer?: boolean
}

const MOST_PRESENTED = 1024

/**
 * Authenticates clients by their key. The lookup uses the hash of the whole key. There is no comparison byte
 * by byte, and a hash read from memory or the file opens nothing. Until the first key exists every request is
 * accepted, whatever it presents.
 */
export class Authenticator {
  readonly #clock: () => number
  #byHash = new Map<string, KnownKey>()
  #isRequired = false
  #isAlwaysRequired = false
  /** Keys presented lately, so that a client's key is hashed once and not for every request. */
  #presented = new RecentMap<string, KnownKey>(MOST_PRESENTED)
  readonly #failures: FailedAttempts

  /** `clock`: epoch milliseconds. */
  constructor(clock: () => number) {
    this.#clock = clock
    this.#failures = new FailedAttempts(clock, 'too many requests with a wrong key came from this address')
  }

  /** Uses these keys from now on. Temporary keys of one command do not make other clients need a key. */
  use(keys: readonly ClientKey[]): void {
    this.#isRequired = this.#isAlwaysRequired || keys.some(({ isTemporary }) => !isTemporary)
    this.#presented = new RecentMap(MOST_PRESENTED)
    this.#byHash = new Map(keys.flatMap(knownHashes))
  }

  /** Requires a key from now on, even after the last one is removed. For proxies that others can reach. */
  requireAlways(): void {
    this.#isAlwaysRequired = true
    this.#isRequired = true
  }

  /** Whether a request without a key is refused. */
  get isRequired(): boolean {
    return this.#isRequired
  }

  /**
   * Returns the client's key; null if none is required. `presented`: the value of `authorization` or
   * `x-api-key`. Throws `invalid_api_key`, or `too_many_failures` for an address with too many failed
   * attempts.
   */
  authenticate(presented: string | null, from: { remoteAddress?: string | undefined }): KnownKey | null {
    if (this.#byHash.size === 0 && !this.#isRequired) return null
    const found = presented === null ? undefined : this.#find(presented)
    if (found !== undefined && found.expiresAt > this.#clock() && found.key.isPaused !== true) return found
    if (!this.#isRequired && (presented === null || !presented.startsWith(CLIENT_KEY_PREFIX))) return null
    this.#refuse(presented, found, from.remoteAddress ?? '')
  }

  /** The key with this id, for work on its behalf; null: it is removed, paused or expired. */
  byId(id: string): KnownKey | null {
    for (const known of this.#byHash.values()) {
      if (known.key.id !== id || known.isFormer === true) continue
      return known.expiresAt > this.#clock() && known.key.isPaused !== true ? known : null
    }
    return null
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
    throw new QwenctlError('invalid_api_key', wordsFor(presented, found), { hint: hintFor(found) })
  }
}

/** The hashes that open a key: its own and, for a while after a rotation, those from before it. */
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
    also: isUseRecorded(key) || findJobOfKey(key.id) !== null ? [key.id] : null,
  }
}

/** The command that makes the presented key work, or a new key. */
function hintFor(found: KnownKey | undefined): string {
  if (found === undefined)
    return 'qwenctl keys create NAME makes a key; send it as Authorization: Bearer qk_… or x-api-key: qk_…'
  const { name, isPaused } = found.key
  if (isPaused === true) return `qwenctl keys resume ${name}`
  if (found.isFormer === true) return `send its new secret; qwenctl keys rotate ${name} makes another one`
  return `qwenctl keys set ${name} --expires 30d`
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
