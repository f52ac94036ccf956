// States of the screen, made by the events that a terminal and a home would send.

import type { LogEntry } from '../../../src/lib/observe/logs/log-filter.ts'
import { joinLine } from '../../../src/lib/screen/line.ts'
import type { Key, KeyName, ScreenEvent, Wish } from '../../../src/lib/screen/state/screen-event.ts'
import { firstState } from '../../../src/lib/screen/state/screen-state.ts'
import type { ScreenState } from '../../../src/lib/screen/state/screen-state.ts'
import { step } from '../../../src/lib/screen/state/step.ts'
import { renderFrame } from '../../../src/lib/screen/view/frame.ts'
import type { ProxyView } from '../../../src/lib/toolkit/proxies.ts'
import type { AccountQuotaView, LimitView, QuotaDocument } from '../../../src/lib/toolkit/views.ts'

export const NOW = Date.parse('2026-11-22T12:00:00.000Z')

export function timeAt(offsetMs: number): string {
  return new Date(NOW + offsetMs).toISOString()
}

export function limit(over: Partial<LimitView> = {}): LimitView {
  const max = over.max ?? 100
  const used = over.used ?? 0
  return {
    metric: 'requests',
    window: 'day',
    windowMs: 86_400_000,
    max,
    used,
    reserved: 0,
    remaining: Math.max(0, max - used),
    resetsAt: timeAt(3_600_000),
    source: 'configured',
    model: null,
    from: null,
    unpriced: false,
    forecast: null,
    ...over,
  }
}

export function account(name: string, over: Partial<AccountQuotaView> = {}): AccountQuotaView {
  return {
    id: `acc_${name}`,
    user: 'local',
    provider: 'acme',
    name,
    label: null,
    groups: [],
    priority: 0,
    enabled: true,
    status: 'ready',
    statusReason: null,
    availableAt: null,
    fix: null,
    restingModels: [],
    remaining: null,
    remainingMinute: null,
    limits: [limit()],
    cooldowns: [],
    plan: null,
    unsettled: 0,
    today: {
      requests: 0,
      succeeded: 0,
      failed: 0,
      attempted: 0,
      answered: 0,
      unreached: 0,
      inputTokens: 0,
      outputTokens: 0,
      estimatedTokens: 0,
      costUsd: null,
    },
    lastUsedAt: null,
    ...over,
  }
}

export function makeQuota(accounts: AccountQuotaView[]): QuotaDocument {
  const sum = (of: (account: AccountQuotaView) => number) =>
    accounts.reduce((total, one) => total + of(one), 0)
  return {
    now: new Date(NOW).toISOString(),
    day: '2026-11-22',
    accounts,
    totals: {
      accounts: accounts.length,
      ready: accounts.filter(({ status }) => status === 'ready').length,
      requests: sum(({ today }) => today.requests),
      remaining: null,
      remainingMinute: null,
      inputTokens: sum(({ today }) => today.inputTokens),
      outputTokens: sum(({ today }) => today.outputTokens),
    },
  }
}

export const proxy: ProxyView = {
  pid: 4711,
  url: 'http://127.0.0.1:3000',
  host: '127.0.0.1',
  port: 3000,
  accounts: 1,
  strategy: 'priority',
  startedAt: timeAt(-60_000),
  workers: [4711],
  version: '0.1.0',
}

export function requestEntry(over: Record<string, unknown> = {}): LogEntry {
  return {
    level: 'info',
    time: timeAt(-1000),
    kind: 'request',
    requestId: 'req-1',
    clientKey: null,
    route: '/v1/chat/completions',
    model: 'm1',
    status: 200,
    outcome: 'ok',
    message: null,
    user: 'local',
    provider: 'acme',
    account: 'a',
    attempts: 1,
    tried: ['acme/a ok'],
    latencyMs: 48.2,
    firstByteMs: 12,
    inputTokens: 10,
    outputTokens: 5,
    estimatedTokens: 0,
    costUsd: null,
    clientGone: false,
    ...over,
  }
}

/** A screen that follows what happens to it. */
export class GivenScreen {
  state: ScreenState
  readonly wishes: Wish[] = []

  constructor({ columns = 80, rows = 24, accounts = [] as AccountQuotaView[] | string[] } = {}) {
    const facts = { user: null, group: null, home: '~/.qwenctl' }
    this.state = firstState(facts, { columns, rows }, NOW)
    if (accounts.length > 0) this.shows(accounts)
  }

  send(event: ScreenEvent): this {
    const { state, wishes } = step(this.state, event)
    this.state = state
    this.wishes.push(...wishes)
    return this
  }

  shows(accounts: AccountQuotaView[] | string[], proxies: ProxyView[] = []): this {
    const views = accounts.map((one) => (typeof one === 'string' ? account(one) : one))
    return this.send({ type: 'quota', quota: makeQuota(views), proxies, now: NOW })
  }

  logs(...entries: LogEntry[]): this {
    return this.send({ type: 'lines', entries, now: NOW })
  }

  press(...names: KeyName[]): this {
    for (const name of names) this.#key({ name })
    return this
  }

  type(text: string): this {
    for (const letter of text) this.#key({ text: letter })
    return this
  }

  /** As it stands on the terminal, without blanks at the ends. */
  lines({ unicode = true } = {}): string[] {
    return renderFrame(this.state, { unicode }).map((line) => joinLine(line).trimEnd())
  }

  text(): string {
    return this.lines().join('\n')
  }

  /** The names in the accounts pane, the marked one with `>`. */
  listed(): string[] {
    return this.lines({ unicode: false })
      .filter((line) => /^[> +]{3}\w+\/\S+ +(ready|cooling|disabled|exhausted)/.test(line))
      .map((line) => `${line.slice(0, 3).includes('>') ? '>' : ''}${/\/(\S+)/.exec(line)?.[1] ?? ''}`)
  }

  #key(key: Key): void {
    this.send({ type: 'key', key, now: NOW })
  }
}
