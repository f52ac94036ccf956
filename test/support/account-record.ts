import type { Account } from '../../src/lib/account/account.ts'

/** A sound account; the id follows from the name unless it is given. */
export function accountRecord(changes: Partial<Account> = {}): Account {
  const name = changes.name ?? 'work'
  return {
    id: `acc_${changes.user ?? 'local'}-${name}`.replaceAll(/[^A-Za-z0-9_-]/g, '_'),
    user: 'local',
    provider: 'qwen',
    name,
    groups: [],
    priority: 0,
    weight: 1,
    enabled: true,
    credential: { type: 'api-key', sealed: 'v1.a.b.c.d', hint: 'sk-…f3a9' },
    limits: null,
    baseUrl: null,
    quotaGroup: null,
    egressProxy: null,
    models: null,
    createdAt: '2026-11-22T00:00:00.000Z',
    updatedAt: '2026-11-22T00:00:00.000Z',
    ...changes,
  }
}
