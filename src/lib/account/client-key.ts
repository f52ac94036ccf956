/** A client's key for the proxy, and its permissions. Only the hash of the key is stored. */
export interface ClientKey {
  /** `key_` and 16 characters, or `key_JOB_` and 8 for a key of a job: the subject of its limits in the ledger. */
  id: string
  name: string
  /** Only this user's accounts serve the key; null: the accounts of all users. */
  user: string | null
  /** SHA-256 of the whole key, hex. */
  hash: string
  /** Masked, for people: `qk_…f3a9`. */
  hint: string
  /** Ids of accounts, and groups, that may serve the key; neither: all. */
  accounts: string[]
  groups: string[]
  /** Names of models, where `*` matches any characters; none: all. */
  models: string[]
  /** As configured, `2000/day`. */
  limits: string[]
  /** RFC 3339; null: the key does not expire. */
  expiresAt: string | null
  createdAt: string
  /** Made for one command (`exec`, `env`): its existence does not make other clients need a key. */
  isTemporary: boolean
  /** The key is refused until it is resumed; missing: it is active. */
  isPaused?: boolean
  /** Secrets from before a rotation that still work; missing: none. */
  former?: FormerSecret[]
}

/** A secret that works until `until`, RFC 3339. Only its SHA-256 is kept, hex. */
export interface FormerSecret {
  hash: string
  until: string
}

/** The prefix of every key's id, and of no other subject of the ledger. */
export const KEY_ID_PREFIX = 'key_'

/** The prefix of every key, so that scanners can find leaks. */
export const CLIENT_KEY_PREFIX = 'qk_'

/** The id of the job that a key was made for; null: another key. The id outlives the key, for the history. */
export function findJobOfKey(keyId: string): string | null {
  return /^key_(job_[0-9a-f]{16})_/.exec(keyId)?.[1] ?? null
}

/**
 * Whether the ledger records when a key was used. Keys of single commands and jobs are many and end soon: they are
 * recorded only for their limits. Keys that `setup` makes do not end.
 */
export function isUseRecorded({
  id,
  limits,
  isTemporary,
  expiresAt,
}: Pick<ClientKey, 'id' | 'limits' | 'isTemporary' | 'expiresAt'>): boolean {
  if (limits.length > 0) return true
  return findJobOfKey(id) === null && (!isTemporary || expiresAt === null)
}

/** The accounts that a client may use, and so may see, name and count. */
export interface AccountScope {
  /** Only this user's accounts; null: those of all users. */
  user: string | null
  /** The allowed accounts, by id and by group; null: all. */
  allowed: { accounts: readonly string[]; groups: readonly string[] } | null
}

/** The scope of a client without a key. */
export const everyAccount: AccountScope = { user: null, allowed: null }

/** Whether an account is in a scope. For the client, other accounts do not exist. */
export function isInScope(
  { user, allowed }: AccountScope,
  account: { readonly id: string; readonly user: string; readonly groups: readonly string[] },
): boolean {
  if (user !== null && account.user !== user) return false
  if (allowed === null || allowed.accounts.includes(account.id)) return true
  return account.groups.some((group) => allowed.groups.includes(group))
}

/** The accounts that a key names; null: all of its user. */
export function allowedBy({
  accounts,
  groups,
}: Pick<ClientKey, 'accounts' | 'groups'>): AccountScope['allowed'] {
  return accounts.length === 0 && groups.length === 0 ? null : { accounts, groups }
}

/** Whether an account may serve the requests of a key. */
export function mayServe(
  key: Pick<ClientKey, 'user' | 'accounts' | 'groups'>,
  account: Parameters<typeof isInScope>[1],
): boolean {
  return isInScope({ user: key.user, allowed: allowedBy(key) }, account)
}

/** Whether a key may ask for this model; null: a request that names none. */
export function allowsModel({ models }: Pick<ClientKey, 'models'>, model: string | null): boolean {
  if (models.length === 0) return true
  return model !== null && models.some((pattern) => matches(pattern, model))
}

/**
 * Only `*` has a meaning. Matches piece by piece rather than with a regular expression, so a pattern cannot make it
 * slow.
 */
function matches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  if (rest.length === 0) return text === pattern
  const last = rest.pop() ?? ''
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false
  let at = first.length
  for (const piece of rest) {
    const found = text.indexOf(piece, at)
    if (found < 0 || found + piece.length > text.length - last.length) return false
    at = found + piece.length
  }
  return true
}
