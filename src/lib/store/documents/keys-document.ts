import type { ClientKey } from '../../account/client-key.ts'
import { nameProblem } from '../../account/name.ts'
import { JsonDocument } from './document.ts'
import type { Home } from '../home.ts'

export interface KeysData {
  version: 1
  keys: ClientKey[]
}

/** `keys.json`: what client keys may do. Holds their hashes, and no key. */
export function keysDocument(home: Home): JsonDocument<KeysData> {
  return new JsonDocument<KeysData>({
    file: home.keysFile,
    kind: 'client key store',
    version: 1,
    empty: () => ({ version: 1, keys: [] }),
    validate: keysProblem,
  })
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

function isKey(value: unknown): boolean {
  const { id, name, hash, accounts, groups, models, limits, expiresAt, former } = (value ??
    {}) as Partial<ClientKey>
  const lists: unknown[] = [accounts, groups, models, limits]
  return (
    typeof id === 'string' &&
    typeof name === 'string' &&
    nameProblem(name) === null &&
    isHash(hash) &&
    (former == null || (isHash(former.hash) && Number.isFinite(Date.parse(former.until)))) &&
    lists.every((list) => Array.isArray(list) && list.every((item) => typeof item === 'string')) &&
    (expiresAt === null || Number.isFinite(Date.parse(expiresAt ?? '')))
  )
}
