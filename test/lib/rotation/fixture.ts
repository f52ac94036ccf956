import type { Account } from '../../../src/lib/account/account.ts'
import { providerSubject, quotaGroupSubject } from '../../../src/lib/account/account.ts'
import type { Provider } from '../../../src/lib/provider/provider.ts'
import type { LedgerEvent, OutcomeClass } from '../../../src/lib/quota/log/events.ts'
import { apply, emptyState } from '../../../src/lib/quota/log/fold.ts'
import { parseLimit } from '../../../src/lib/quota/limit.ts'
import type { LedgerState } from '../../../src/lib/quota/log/state.ts'
import type { Member } from '../../../src/lib/rotation/pool/member.ts'
import { nothingKnown } from '../../../src/lib/rotation/models/service-knowledge.ts'
import type { Pool } from '../../../src/lib/rotation/pool/pool.ts'
import type { RotationRequest, RotationView } from '../../../src/lib/rotation/rotation-request.ts'

export const NOON = Date.parse('2026-11-22T12:00:00.000Z')
export const MINUTE = 60_000

/** A service that serves models named qwen…. */
export const provider: Provider = {
  id: 'qwen',
  label: 'Qwen',
  kind: 'model',
  keysUrl: null,
  keyVariables: [],
  keyPattern: null,
  needsCredential: true,
  keyIsOptional: false,
  reportsCost: false,
  plan: null,
  needsBaseUrl: false,
  endpoints: [{ id: 'intl', label: 'International', openai: 'https://qwen.test/v1', anthropic: null }],
  defaultLimits: [],
  bases: (baseUrl) => ({ openai: baseUrl ?? 'https://qwen.test/v1', anthropic: null }),
  authHeaders: () => ({}),
  outcome: () => ({ class: 'bad-request', scope: 'account', until: null, code: null, message: '' }),
  counts: () => true,
  usage: () => ({ inputTokens: null, outputTokens: null, costUsd: null }),
  rejectsStreamOptions: false,
  routes: null,
  hasRoute: () => null,
  limitHeaders: [],
  limitsFrom: () => [],
  countsTogether: null,
  serves: (model) => model.startsWith('qwen'),
  models: [],
  check: null,
  device: null,
  simulated: false,
  terms: null,
}

export function account(id: string, settings: Partial<Account> = {}): Account {
  return {
    id,
    user: 'local',
    provider: 'qwen',
    name: id,
    groups: [],
    priority: 0,
    weight: 1,
    enabled: true,
    credential: { type: 'api-key', sealed: 'v1', hint: 'sk-…0000' },
    limits: null,
    baseUrl: null,
    quotaGroup: null,
    egressProxy: null,
    models: null,
    createdAt: '2026-11-01T00:00:00.000Z',
    updatedAt: '2026-11-01T00:00:00.000Z',
    ...settings,
  }
}

export function member(id: string, settings: Partial<Account> = {}, own: Partial<Member> = {}): Member {
  const record = account(id, settings)
  return {
    account: record,
    provider,
    service: null,
    dialects: new Set(['openai']),
    hasCredential: true,
    serves: () => true,
    known: nothingKnown,
    isElsewhere: false,
    isLocal: false,
    hasRoute: () => null,
    family: record.provider,
    isKeptApart: false,
    speaksLike: 'custom',
    subjects: {
      account: id,
      quotaGroup: quotaGroupSubject(record),
      provider: providerSubject(record),
    },
    ...own,
  }
}

/** `a0`, `a1`, ... as members. */
export function members(count: number, settings: (n: number) => Partial<Account> = () => ({})): Member[] {
  return Array.from({ length: count }, (_, n) => member(`a${n}`, settings(n)))
}

type EventWithoutTime = LedgerEvent extends infer E ? (E extends LedgerEvent ? Omit<E, 'at'> : never) : never

/** A ledger's state that events are applied to, as a running process sees it. */
export class Ground {
  readonly state: LedgerState = emptyState()
  #reservations = 0

  apply(event: EventWithoutTime, at = NOON): boolean {
    return apply(this.state, { ...event, at: new Date(at).toISOString() })
  }

  limit(account: string, ...limits: string[]): this {
    const records = limits.map((text) => {
      const { metric, window, max } = parseLimit(text)
      return { metric, window, max, source: 'configured' as const }
    })
    this.apply({ type: 'limits', account, limits: records })
    return this
  }

  /** Reserves so many requests; answers the id of the last. */
  use(account: string, count = 1, at = NOON): string {
    let id = ''
    for (let n = 0; n < count; n++) {
      id = `w-${++this.#reservations}`
      this.apply({ type: 'reserve', id, account }, at)
    }
    return id
  }

  cool(subject: string, until: number | null, more: { model?: string; reason?: OutcomeClass } = {}): this {
    const { reason = 'rate-short', ...rest } = more
    this.apply({
      type: 'cool',
      subject,
      until: until === null ? null : new Date(until).toISOString(),
      reason,
      ...rest,
    })
    return this
  }

  view(now = NOON, random: () => number = () => 0): RotationView {
    return { state: this.state, now, random }
  }
}

export function ids(found: Iterable<Member>): string[] {
  return Array.from(found, ({ account: { id } }) => id)
}

export function pickFirst(pool: Pool, request: RotationRequest, view: RotationView): string | null {
  for (const { account: found } of pool.candidates(request, view)) return found.id
  return null
}

/** Numbers in [0, 1) that are the same in every run. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
