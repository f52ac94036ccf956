import type { ClientKey, FormerSecret } from '../../account/client-key.ts'
import { nameProblem } from '../../account/name.ts'
import { JsonDocument } from './document.ts'
import type { Migration } from './document.ts'
import type { Home } from '../home.ts'
import { openSharedDocument } from '../redis/open-store.ts'

export interface KeysData {
  version: 2
  keys: ClientKey[]
}

/** `keys.json`: the permissions of client keys. Holds their hashes, and no key. */
export function openKeysDocument(home: Home): JsonDocument<KeysData> {
  return new JsonDocument<KeysData>({
    file: home.keysFile,
    kind: 'client key store',
    version: 2,
    shared: () => openSharedDocument(home, 'keys'),
    empty: () => ({ version: 2, keys: [] }),
    migrations: [knowPausesAndFormerSecrets],
    validate: keysProblem,
  })
}

/**
 * Version 2 has `isPaused` and `former`. A program that knows version 1 alone would let a paused key in: it refuses the
 * document instead. Between the two versions `former` was one secret.
 */
const knowPausesAndFormerSecrets: Migration = {
  to: 2,
  migrate: (old) => {
    const { keys } = old
    return Array.isArray(keys) ? { ...old, keys: keys.map(withFormerList) } : old
  },
}

function withFormerList(key: unknown): unknown {
  if (typeof key !== 'object' || key === null || !('former' in key) || Array.isArray(key.former)) return key
  const { former, ...others } = key
  return former === null ? others : { ...others, former: [former] }
}

function keysProblem(data: unknown): string | null {
  const { keys } = data as { keys?: unknown }
  if (!Array.isArray(keys)) return 'keys must be a list'
  const index = (keys as unknown[]).findIndex((key) => !isKey(key))
  return index < 0 ? null : `keys[${index}] is not a client key`
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
}

function isFormerSecret(value: unknown): boolean {
  const { hash, until } = (value ?? {}) as Partial<FormerSecret>
  return isHash(hash) && Number.isFinite(Date.parse(until ?? ''))
}

/** The ledger names the key by its id, also within other texts. */
function isKeyId(value: unknown): boolean {
  return typeof value === 'string' && /^[\w-]+$/.test(value)
}

function isKey(value: unknown): boolean {
  const { id, name, hash, accounts, groups, models, limits, expiresAt, former } = (value ??
    {}) as Partial<ClientKey>
  const lists: unknown[] = [accounts, groups, models, limits]
  return (
    isKeyId(id) &&
    typeof name === 'string' &&
    nameProblem(name) === null &&
    isHash(hash) &&
    (former === undefined || (Array.isArray(former) && former.every(isFormerSecret))) &&
    lists.every((list) => Array.isArray(list) && list.every((item) => typeof item === 'string')) &&
    (expiresAt === null || Number.isFinite(Date.parse(expiresAt ?? '')))
  )
}
