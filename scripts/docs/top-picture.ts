// The output of `qwenctl top` on a terminal of 100 by 24, for the documents. The screen draws real accounts and
// counts in a separate home, at a fixed time.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { joinLine } from '../../src/lib/screen/line.ts'
import { firstState } from '../../src/lib/screen/state/screen-state.ts'
import type { ScreenEvent } from '../../src/lib/screen/state/screen-event.ts'
import { step } from '../../src/lib/screen/state/step.ts'
import { renderFrame } from '../../src/lib/screen/view/frame.ts'
import { openToolkit } from '../../src/lib/toolkit/open-toolkit.ts'
import type { Toolkit } from '../../src/lib/toolkit/toolkit.ts'
import { fence } from './markdown.ts'

const NOW = Date.parse('2026-11-22T14:05:09.000Z')
const SIZE = { columns: 100, rows: 24 }

const cast = [
  { provider: 'qwen', name: 'work', limits: ['2000/day', '60/minute'], requests: 37 },
  { provider: 'qwen', name: 'plan', limits: ['6000/5h@first-use'], requests: 21 },
  { provider: 'groq', name: 'free', limits: ['14400/day', '30/minute'], requests: 9 },
  { provider: 'openrouter', name: 'trial', limits: ['20/day'], requests: 20 },
  { provider: 'openai', name: 'main', limits: ['5usd/month'], requests: 4 },
]

export async function topPicture(): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'qwenctl-top-'))
  let now = NOW - 10 * 60_000
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home }, clock: () => now })
  try {
    await fill(toolkit, () => (now = Math.min(NOW, now + 6_500)))
    now = NOW
    return fence('text', await withZone('UTC', () => drawn(toolkit)))
  } finally {
    await toolkit.close()
    rmSync(home, { recursive: true, force: true })
  }
}

/** Accounts with usage, one of them rate limited. */
async function fill(toolkit: Toolkit, tick: () => void): Promise<void> {
  const ledger = await toolkit.ledger()
  for (const { requests, ...account } of cast) {
    const { id } = await toolkit.accounts.add({ ...account, secret: 'sk-0123456789abcdef0123456789ab' })
    for (let count = 0; count < requests; count += 1) {
      tick()
      const reservation = await ledger.reserve({ account: id })
      const usage = { inputTokens: 420 + count * 13, outputTokens: 90 + count * 7 }
      const cost = account.provider === 'openai' ? { costUsd: 0.0113 } : {}
      if (reservation !== null) ledger.settle(reservation, { outcome: 'ok', ...usage, ...cost })
    }
    if (account.name !== 'free') continue
    const until = new Date(NOW + 42_000).toISOString()
    await ledger.record([{ type: 'cool', subject: id, until, reason: 'rate-short' }])
  }
}

async function drawn(toolkit: Toolkit): Promise<string> {
  const proxy = {
    pid: 4711,
    url: 'http://127.0.0.1:3000',
    host: '127.0.0.1',
    port: 3000,
    workers: [4711],
    version: '0.1.0',
  }
  const proxies = [{ ...proxy, accounts: 5, strategy: 'priority', startedAt: new Date(NOW).toISOString() }]
  const facts = { user: null, group: null, home: '~/.qwenctl' }
  const events: ScreenEvent[] = [
    { type: 'quota', quota: await toolkit.quotas.show([]), proxies, now: NOW },
    { type: 'lines', entries: requests, now: NOW },
    { type: 'key', key: { name: 'down' }, now: NOW },
    { type: 'key', key: { name: 'down' }, now: NOW },
  ]
  const state = events.reduce((before, event) => step(before, event).state, firstState(facts, SIZE, NOW))
  return renderFrame(state, { unicode: true })
    .map((line) => joinLine(line).trimEnd())
    .join('\n')
}

const requests = [
  request(8_300, 'qwen/plan', {
    model: 'qwen3-coder-plus',
    latencyMs: 1840,
    inputTokens: 5210,
    outputTokens: 611,
  }),
  request(6_100, 'qwen/work', {
    model: 'qwen3-coder-plus',
    latencyMs: 912,
    inputTokens: 1204,
    outputTokens: 340,
  }),
  request(4_900, 'openai/main', { model: 'gpt-5-mini', latencyMs: 655, inputTokens: 88, outputTokens: 12 }),
  {
    ...request(2_400, 'qwen/work', {
      model: 'llama-3.3-70b',
      latencyMs: 1130,
      inputTokens: 640,
      outputTokens: 95,
    }),
    attempts: 2,
    tried: ['groq/free rate-short', 'qwen/work ok'],
  },
  {
    level: 'warn' as const,
    kind: 'cooldown',
    time: timeBefore(2_300),
    reason: 'rate-short',
    rests: 'account',
    user: 'local',
    provider: 'groq',
    account: 'free',
    model: null,
    until: timeBefore(-42_000),
  },
  request(600, 'qwen/plan', {
    model: 'qwen3-coder-plus',
    latencyMs: 2210,
    inputTokens: 7730,
    outputTokens: 402,
  }),
]

function request(
  beforeMs: number,
  reference: string,
  fields: { model: string; latencyMs: number; inputTokens: number; outputTokens: number },
) {
  const [provider, account] = reference.split('/')
  const answer = { outcome: 'ok', status: 200, attempts: 1, tried: [`${reference} ok`], firstByteMs: 210 }
  const who = { user: 'local', provider, account, requestId: 'req-mwro0kzeco3-3' }
  return { level: 'info' as const, kind: 'request', time: timeBefore(beforeMs), ...who, ...answer, ...fields }
}

function timeBefore(ms: number): string {
  return new Date(NOW - ms).toISOString()
}

/** Fixes the time zone: the screen uses the viewer's, the documents always the same. */
async function withZone<Result>(zone: string, act: () => Promise<Result>): Promise<Result> {
  const before = process.env['TZ']
  process.env['TZ'] = zone
  try {
    return await act()
  } finally {
    if (before === undefined) delete process.env['TZ']
    else process.env['TZ'] = before
  }
}
