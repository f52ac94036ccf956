import { randomBytes } from 'node:crypto'
import { resolveReference } from '../../account/reference.ts'
import { isUseRecorded, KEY_ID_PREFIX, mayServe } from '../../account/client-key.ts'
import type { ClientKey, FormerSecret } from '../../account/client-key.ts'
import { maskSecret } from '../../account/mask.ts'
import { checkName } from '../../account/name.ts'
import { QwenctlError } from '../../base/errors.ts'
import { formatTimeOrNull, formatTime } from '../../base/iso-time.ts'
import { nearest } from '../../base/text/nearest.ts'
import type { ClientKeyView } from '../../contract/access/keys.ts'
import type { Ledger } from '../../quota/ledger.ts'
import { isNoLimit } from '../../quota/limit-input.ts'
import { formatLimit, parseLimit } from '../../quota/limit.ts'
import { countReserved, roomAt } from '../../quota/standing.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import { isOver } from '../../quota/log/subjects.ts'
import type { JsonDocument } from '../../store/documents/document.ts'
import type { AccountsData } from '../../store/documents/accounts-document.ts'
import type { KeysData } from '../../store/documents/keys-document.ts'
import { limitView } from '../quota/quota-view.ts'
import { eachInField } from '../settings/field-faults.ts'
import { inField } from '../settings/in-field.ts'
import { assignToUser } from '../scope/assign-to-user.ts'
import { readExpiry } from './expiry.ts'
import { makeSecret, hashSecret, workingSecrets } from './key-secrets.ts'
import { recordLimits } from './record-limits.ts'

export type { ClientKeyView }

export interface NewClientKey {
  name: string
  user?: string
  /** References. */
  accounts?: string[]
  groups?: string[]
  models?: string[]
  limits?: string[]
  /** `30d`, `12h`, a date or an RFC 3339 time. */
  expires?: string
  isTemporary?: boolean
  /** The id of the job that sends the requests of the key. */
  job?: string
}

/** The changeable fields of a client key; missing fields stay unchanged. */
export interface ClientKeyChanges {
  name?: string
  accounts?: string[]
  groups?: string[]
  models?: string[]
  limits?: string[]
  /** As in `NewClientKey`; null: it does not expire. */
  expires?: string | null
  isPaused?: boolean
}

export interface ClientKeysParts {
  document: JsonDocument<KeysData>
  accounts: JsonDocument<AccountsData>
  /** Restricts the keys to one user; missing: all users. */
  user?: string
  ledger: () => Promise<Ledger>
  /** The current accounts and ledger. */
  books: () => Promise<{ data: AccountsData; state: LedgerState; now: number }>
  clock: () => number
}

/** The client keys that programs present to the proxy. */
export class ClientKeys {
  readonly #parts: ClientKeysParts

  constructor(parts: ClientKeysParts) {
    this.#parts = parts
  }

  /** The keys of one user: keys of other users are invisible, and none is created for another user. */
  ofUser(user: string): ClientKeys {
    return new ClientKeys({ ...this.#parts, user })
  }

  /**
   * Creates a key. `secret` is returned here and never again. Throws `name_in_use`, `account_not_found`,
   * `invalid_limit`, `invalid_value`.
   */
  async create(given: NewClientKey): Promise<{ key: ClientKeyView; secret: string }> {
    const { user } = this.#parts
    const wanted = user === undefined ? given : assignToUser(user, given)
    inField('name', () => checkName('key', wanted.name))
    const limits = parseLimits(wanted.limits ?? [])
    const now = this.#parts.clock()
    const expiresAt = wanted.expires === undefined ? null : checkExpiry(wanted.expires, now)
    const accounts = await this.#findIds(wanted)
    await this.#checkGroups(wanted.groups ?? [], wanted.user ?? null)
    const secret = makeSecret()
    const key: ClientKey = {
      id: newId(wanted.job),
      name: wanted.name,
      user: wanted.user ?? null,
      hash: hashSecret(secret),
      hint: maskSecret(secret),
      accounts,
      groups: wanted.groups ?? [],
      models: wanted.models ?? [],
      limits,
      expiresAt,
      createdAt: formatTime(now),
      isTemporary: wanted.isTemporary ?? false,
    }
    await this.#parts.document.update((data) => {
      this.#refuseTaken(data.keys, key.name)
      // Expired temporary keys have no further use.
      const isOver = (other: ClientKey) => other.isTemporary && hasExpired(other, now)
      data.keys = [...data.keys.filter((other) => !isOver(other)), key]
    })
    if (limits.length > 0) await recordLimits(await this.#parts.ledger(), key)
    return { key: await this.#buildView(key), secret }
  }

  /** Sorted by name, without the keys made for one command unless `all`. */
  async list({ all = false } = {}): Promise<ClientKeyView[]> {
    const keys = (await this.records()).filter(({ isTemporary }) => all || !isTemporary)
    const views: ClientKeyView[] = []
    for (const key of keys.sort((a, b) => a.name.localeCompare(b.name)))
      views.push(await this.#buildView(key))
    return views
  }

  /** By name or id. Throws `key_not_found`. */
  async show(name: string): Promise<ClientKeyView> {
    return this.#buildView(await this.#find(name))
  }

  /** Changes a key completely or not at all. Its secret stays. Throws what `create` throws, and `key_not_found`. */
  async change(name: string, changes: ClientKeyChanges): Promise<ClientKeyView> {
    const found = await this.#find(name)
    const { name: newName } = changes
    if (newName !== undefined) inField('name', () => checkName('key', newName))
    const { accounts, limits, expires, ...plain } = changes
    const wanted: Partial<ClientKey> = { ...plain }
    const owner = found.user === null ? {} : { user: found.user }
    if (accounts !== undefined)
      wanted.accounts = await this.#findIds({ name: found.name, ...owner, accounts })
    if (changes.groups !== undefined) await this.#checkGroups(changes.groups, found.user)
    if (limits !== undefined) wanted.limits = parseLimits(limits)
    if (expires !== undefined)
      wanted.expiresAt = expires === null ? null : checkExpiry(expires, this.#parts.clock())
    const changed = await this.#update(found.id, (key, keys) => {
      if (wanted.name !== undefined && wanted.name !== key.name) this.#refuseTaken(keys, wanted.name)
      Object.assign(key, wanted)
    })
    if (limits !== undefined) await recordLimits(await this.#parts.ledger(), changed)
    return this.#buildView(changed)
  }

  /**
   * Issues a new secret, which is returned here and never again. The former secret works for `overlap` (`24h`); older
   * ones keep their promised time. Without `overlap` all former secrets end at once. Throws `key_not_found`,
   * `invalid_value`.
   */
  async rotate(name: string, overlap?: string): Promise<{ key: ClientKeyView; secret: string }> {
    const found = await this.#find(name)
    const now = this.#parts.clock()
    const until = overlap === undefined ? null : readExpiry(overlap, now)
    const secret = makeSecret()
    const changed = await this.#update(found.id, (key) => {
      key.former = until === null ? [] : [...workingSecrets(key, now), { hash: key.hash, until }]
      key.hash = hashSecret(secret)
      key.hint = maskSecret(secret)
    })
    return { key: await this.#buildView(changed), secret }
  }

  async #update(id: string, change: (key: ClientKey, keys: ClientKey[]) => void): Promise<ClientKey> {
    return this.#parts.document.update((data) => {
      const key = data.keys.find((other) => other.id === id)
      if (key === undefined) throw new QwenctlError('key_not_found', 'the key was revoked in the meantime')
      change(key, data.keys)
      return key
    })
  }

  /** Removes a key: the proxy refuses it from then on. Its usage stays in the ledger. Throws `key_not_found`. */
  async revoke(name: string): Promise<ClientKeyView> {
    const found = await this.#find(name)
    const view = await this.#buildView(found)
    await this.#parts.document.update((data) => {
      data.keys = data.keys.filter(({ id }) => id !== found.id)
    })
    return view
  }

  /** Drops removed keys, of every user, from the ledger, once nothing counts against them any more. */
  async dropRemoved(): Promise<void> {
    const { keys } = await this.#parts.document.read()
    const ledger = await this.#parts.ledger()
    const { subjects } = ledger.state
    const now = ledger.now()
    const present = new Set(keys.map(({ id }) => id))
    const gone = [...subjects.keys()].filter(
      (id) => id.startsWith(KEY_ID_PREFIX) && !present.has(id) && isOver(subjects.get(id)!, now),
    )
    if (gone.length > 0) await ledger.record(gone.map((account) => ({ type: 'drop', account })))
  }

  /** The stored records, for the proxy. */
  async records(): Promise<ClientKey[]> {
    const { keys } = await this.#parts.document.read()
    const { user } = this.#parts
    return user === undefined ? keys : keys.filter((key) => key.user === user)
  }

  /** The key with this secret that works now; null: none. */
  async authenticate(secret: string): Promise<ClientKey | null> {
    const hash = hashSecret(secret)
    const now = this.#parts.clock()
    const found = (await this.records()).find(
      (key) => key.hash === hash || workingSecrets(key, now).some((former) => former.hash === hash),
    )
    return found === undefined || found.isPaused === true || hasExpired(found, now) ? null : found
  }

  async #find(name: string): Promise<ClientKey> {
    const found = (await this.records()).find((key) => key.name === name || key.id === name)
    if (found !== undefined) return found
    throw new QwenctlError('key_not_found', `there is no key "${name.slice(0, 64)}"`)
  }

  /** All users share the names of keys. The key of another user is not described. */
  #refuseTaken(keys: readonly ClientKey[], name: string): void {
    const taken = keys.find((key) => key.name === name)
    if (taken === undefined) return
    const { user } = this.#parts
    const isVisible = user === undefined || taken.user === user
    const rotate = isVisible ? `, or give it a new secret: qwenctl keys rotate ${name}` : ''
    throw new QwenctlError('name_in_use', `the name "${name}" is taken by another key`, {
      hint: `choose another name${rotate}`,
      details: { field: 'name' },
    })
  }

  async #findIds({ accounts, user }: NewClientKey): Promise<string[]> {
    if (accounts === undefined || accounts.length === 0) return []
    const all = (await this.#parts.accounts.read()).accounts
    const own = user === undefined ? all : all.filter((account) => account.user === user)
    return eachInField('accounts', accounts, (reference) => resolveReference(own, reference).id)
  }

  /** Throws `account_not_found` for a group that has none of the user's accounts. Null: any user's. */
  async #checkGroups(groups: readonly string[], user: string | null): Promise<void> {
    const { accounts } = await this.#parts.accounts.read()
    const known = new Set(
      accounts
        .filter((account) => user === null || account.user === user)
        .flatMap((account) => account.groups),
    )
    const index = groups.findIndex((group) => !known.has(group))
    const missing = groups[index]
    if (missing === undefined) return
    const near = nearest(missing, known)
    throw new QwenctlError('account_not_found', `no account is in the group "${missing}"`, {
      hint:
        near === null
          ? `qwenctl accounts set ACCOUNT --group ${missing} puts one into it`
          : `did you mean "${near}"?`,
      details: { field: `groups[${index}]` },
    })
  }

  async #buildView(key: ClientKey): Promise<ClientKeyView> {
    const { data, state, now } = await this.#parts.books()
    const subject = state.subjects.get(key.id)
    const open = [...state.open.entries()].filter(({ also }) => also.includes(key.id))
    const limits = (subject?.limits ?? []).map((limit) =>
      limitView(limit, { reserved: countReserved(subject!, open, limit, now), trail: subject!.trail }, now),
    )
    const freeAt = roomAt(subject, now)
    const status = deriveStatus(key, freeAt, now)
    const findName = (id: string) => {
      const account = data.accounts.find((other) => other.id === id)
      if (account === undefined) return id
      const name = `${account.provider}/${account.name}`
      return account.user === (key.user ?? 'local') ? name : `${account.user}:${name}`
    }
    const { id, name, hint, user, groups, models, expiresAt, createdAt } = key
    const accounts = key.accounts.map(findName)
    const accountCount = data.accounts.filter((account) => mayServe(key, account)).length
    const availableAt = status === 'spent' ? formatTimeOrNull(freeAt) : null
    const lastUsedAt = formatTimeOrNull(subject?.lastUsedAt ?? null)
    return {
      id,
      name,
      hint,
      user,
      accounts,
      groups,
      accountCount,
      models,
      limits,
      status,
      availableAt,
      expiresAt,
      createdAt,
      lastUsedAt,
      isUseRecorded: isUseRecorded(key),
      overlapsUntil: findLatest(workingSecrets(key, now)),
    }
  }
}

function deriveStatus(key: ClientKey, freeAt: number, now: number): ClientKeyView['status'] {
  if (hasExpired(key, now)) return 'expired'
  if (key.isPaused === true) return 'paused'
  return freeAt > now ? 'spent' : 'active'
}

function findLatest(secrets: readonly FormerSecret[]): string | null {
  const times = secrets.map(({ until }) => Date.parse(until))
  return times.length === 0 ? null : formatTime(Math.max(...times))
}

function newId(job: string | undefined): string {
  return job === undefined
    ? `${KEY_ID_PREFIX}${randomBytes(8).toString('hex')}`
    : `${KEY_ID_PREFIX}${job}_${randomBytes(4).toString('hex')}`
}

/** Limits in canonical form; `none` alone means no limit. */
function parseLimits(texts: readonly string[]): string[] {
  const [only] = texts
  if (texts.length === 1 && only !== undefined && isNoLimit(only)) return []
  return eachInField('limits', texts, (text) => formatLimit(parseLimit(text)))
}

function checkExpiry(text: string, now: number): string {
  return inField('expires', () => readExpiry(text, now))
}

export function hasExpired({ expiresAt }: Pick<ClientKey, 'expiresAt'>, now: number): boolean {
  return expiresAt !== null && Date.parse(expiresAt) <= now
}
