import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import type { Account } from '../../../src/lib/account/account.ts'
import type { Ledger } from '../../../src/lib/quota/ledger.ts'
import type { MetricSources } from '../../../src/lib/observe/gauges.ts'
import type { RequestRecord } from '../../../src/lib/observe/request-event.ts'
import { openLedger } from '../../../src/lib/store/ledger/open-ledger.ts'
import { accountRecord } from '../../support/account-record.ts'
import { givenObserver } from '../../support/given-observer.ts'
import { givenAttempt, givenRecord, givenRotation, spare, work } from '../../support/observed-request.ts'
import { tempHome } from '../../support/temp-home.ts'

/** Every sample of a text in Prometheus's format, by its name with its labels. */
function samplesIn(body: string): Map<string, number> {
  const samples = new Map<string, number>()
  for (const line of body.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const end = line.lastIndexOf(' ')
    expect(samples.has(line.slice(0, end)), line).toBe(false)
    samples.set(line.slice(0, end), Number(line.slice(end + 1)))
  }
  return samples
}

async function renderMetrics(
  records: RequestRecord[],
  sources?: MetricSources,
): Promise<Map<string, number>> {
  const observer = await givenObserver({ level: 'off' })
  for (const record of records) observer.record(record)
  if (sources !== undefined) observer.watch(sources)
  const { body, contentType } = await observer.metrics()
  expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
  return samplesIn(body)
}

const atWork = 'user="local",provider="qwen",account="work"'
const atSpare = 'user="local",provider="openai",account="spare"'
const model = 'model="qwen3-coder-plus"'

test('requests, tries, failovers, tokens, cost and bytes add up by account, model and outcome', async () => {
  const samples = await renderMetrics([
    givenRecord({ costUsd: 0.5 }),
    givenRecord({ inputTokens: null, outputTokens: null }),
    givenRotation(),
    givenRecord({ attempts: [], outcome: 'quota_exhausted', status: 429 }),
    givenRecord({ attempts: [], outcome: 'store_unwritable', status: 503 }),
  ])
  const expected: [string, number][] = [
    [`qwenctl_requests_total{${atWork},${model},outcome="ok"}`, 2],
    [`qwenctl_requests_total{${atSpare},${model},outcome="ok"}`, 1],
    [`qwenctl_requests_total{user="",provider="",account="",${model},outcome="quota_exhausted"}`, 1],
    [`qwenctl_attempts_total{${atWork},outcome="ok"}`, 2],
    [`qwenctl_attempts_total{${atWork},outcome="rate-short"}`, 1],
    [`qwenctl_attempts_total{${atSpare},outcome="ok"}`, 1],
    [`qwenctl_failovers_total{${atWork},outcome="rate-short"}`, 1],
    [`qwenctl_tokens_total{${atWork},${model},type="input"}`, 120],
    [`qwenctl_tokens_total{${atSpare},${model},type="output"}`, 34],
    [`qwenctl_cost_usd_total{${atWork},${model}}`, 0.5],
    [`qwenctl_received_bytes_total{${atWork},${model}}`, 600],
    [`qwenctl_sent_bytes_total{${atWork},${model}}`, 2000],
    ['qwenctl_ledger_write_errors_total', 1],
    ['qwenctl_log_lines_lost_total', 0],
    [`qwenctl_build_info{version="0.1.0",node="${process.version}"}`, 1],
  ]
  for (const [name, value] of expected) expect(samples.get(name), name).toBe(value)
  expect([...samples.keys()].filter((name) => name.startsWith('qwenctl_failovers'))).toHaveLength(1)
})

test('durations fall into buckets that count what is in the smaller ones too', async () => {
  const samples = await renderMetrics(
    [9, 10, 10.5, 700_000].map((latencyMs) => givenRecord({ latencyMs, firstByteMs: null })),
  )
  const bucket = (le: string) =>
    samples.get(`qwenctl_request_duration_seconds_bucket{le="${le}",provider="qwen",${model}}`)
  expect([bucket('0.01'), bucket('0.025'), bucket('600'), bucket('+Inf')]).toEqual([2, 3, 3, 4])
  expect(samples.get(`qwenctl_request_duration_seconds_sum{provider="qwen",${model}}`)).toBeCloseTo(700.0295)
  expect(samples.get(`qwenctl_request_duration_seconds_count{provider="qwen",${model}}`)).toBe(4)
  expect([...samples.keys()].some((name) => name.startsWith('qwenctl_first_byte'))).toBe(false)
})

test('however many models clients name, only so many are distinguished, and those that answer keep their places', async () => {
  const named = (name: string, outcome: RequestRecord['outcome'] = 'ok') =>
    givenRecord({ model: name, outcome })
  const made = Array.from({ length: 500 }, (_, index) => named(`made-up-${index}`, 'model_not_found'))
  const real = Array.from({ length: 40 }, (_, index) => named(`real-${index}`))
  const samples = await renderMetrics([...made, named('x'.repeat(10_000)), ...real, ...made])
  const models = new Set([...samples.keys()].map((name) => /model="([^"]*)"/.exec(name)?.[1]))
  expect(models.size).toBeLessThanOrEqual(102)
  for (const { model: name } of real) expect(models).toContain(name)
  expect(samples.get(`qwenctl_requests_total{${atWork},model="other",outcome="model_not_found"}`)).toBe(900)
  expect(samples.get(`qwenctl_requests_total{${atWork},model="other",outcome="ok"}`)).toBe(1)
})

test('however many accounts there are, the series of requests have a bound, and every request is in one of them', async () => {
  const records = Array.from({ length: 12_000 }, (_, index) =>
    givenRecord({
      attempts: [givenAttempt({ account: { ...work, id: `acc_${index}`, name: `n${index}` } })],
    }),
  )
  const samples = await renderMetrics(records)
  const series = [...samples].filter(([name]) => name.startsWith('qwenctl_requests_total'))
  expect(series.length).toBeLessThanOrEqual(10_050)
  expect(series.reduce((sum, [, value]) => sum + value, 0)).toBe(12_000)
})

test('an account that was removed and added again continues its series', async () => {
  const again = givenRecord({ attempts: [givenAttempt({ account: { ...work, id: 'acc_other' } })] })
  const samples = await renderMetrics([givenRecord(), again])
  expect(samples.get(`qwenctl_requests_total{${atWork},${model},outcome="ok"}`)).toBe(2)
})

const givenRuns = [
  { user: 'local', provider: 'qwen', account: 'a', job: 'morning', status: 'done', runs: 3 },
  { user: 'local', provider: 'qwen', account: 'a', job: 'morning', status: 'failed', runs: 1 },
]
const givenBatches = [
  { id: 'batch_1', user: null, done: 5, failed: 1, unknown: 0, inFlight: 2, left: 9 },
  { id: 'batch_2', user: 'alice', done: 0, failed: 0, unknown: 0, inFlight: 0, left: 1 },
]

test('runs of jobs and lines of batches have their own series', async () => {
  const sources = await givenSources(pool)
  await sources.ledger.claimSlot({ job: 'job_1', account: 'acc_a', slot: new Date().toISOString() })
  const samples = await renderMetrics([], sources)
  const runs = (status: string) =>
    samples.get(
      `qwenctl_job_runs_total{user="local",provider="qwen",account="a",job="morning",status="${status}"}`,
    )
  expect([runs('done'), runs('failed'), runs('lost')]).toEqual([3, 1, undefined])
  expect(samples.get('qwenctl_job_runs_active')).toBe(1)
  const lines = (batch: string, user: string, state: string) =>
    samples.get(`qwenctl_batch_lines{batch="${batch}",user="${user}",state="${state}"}`)
  expect(lines('batch_1', '', 'done')).toBe(5)
  expect(lines('batch_1', '', 'in_flight')).toBe(2)
  expect(lines('batch_2', 'alice', 'left')).toBe(1)
})

async function givenSources(
  accounts: Account[],
): Promise<MetricSources & { ledger: Ledger; use(id: string): Promise<void> }> {
  const ledger = await openLedger(tempHome())
  const limit = (max: number) => ({ metric: 'requests', window: 'day', max, source: 'configured' }) as const
  await ledger.record([
    { type: 'limits', account: 'acc_a', limits: [limit(3)] },
    { type: 'limits', account: 'acc_b', limits: [limit(1)] },
    { type: 'cool', subject: 'group:local:qwen/team', until: null, reason: 'quota-hard' },
    { type: 'cool', subject: 'acc_b', until: '2999-01-01T00:00:00.000Z', reason: 'rate-short', model: 'm1' },
  ])
  return {
    accounts: () => accounts,
    ledger,
    inFlight: () => 7,
    upstreamConnections: () => 5,
    jobRuns: () => givenRuns,
    batches: () => givenBatches,
    use: async (account) => void (await ledger.reserve({ account })),
  }
}

const pool = [
  accountRecord({ id: 'acc_a', provider: 'qwen', name: 'a' }),
  accountRecord({ id: 'acc_b', provider: 'qwen', name: 'b' }),
  accountRecord({ id: 'acc_c', provider: 'qwen', name: 'c', quotaGroup: 'team' }),
  accountRecord({ id: 'acc_d', provider: 'qwen', name: 'd', enabled: false }),
]

test('limits, cooldowns and the accounts that can serve are read from the ledger at the moment they are asked for', async () => {
  const sources = await givenSources(pool)
  const observer = await givenObserver({ level: 'off' })
  observer.watch(sources)
  const now = async () => samplesIn((await observer.metrics()).body)
  const of = (name: string) => `user="local",provider="qwen",account="${name}"`
  const day = 'metric="requests",window="day"'

  const before = await now()
  expect(before.get(`qwenctl_limit_max{${of('a')},${day}}`)).toBe(3)
  expect(before.get(`qwenctl_limit_remaining{${of('a')},${day}}`)).toBe(3)
  expect(before.get('qwenctl_cooldowns_active{scope="quota-group",reason="quota-hard"}')).toBe(1)
  expect(before.get('qwenctl_cooldowns_active{scope="account",reason="rate-short"}')).toBe(1)
  expect(before.get('qwenctl_requests_in_flight')).toBe(7)
  expect(before.get('qwenctl_upstream_connections')).toBe(5)
  const available = (samples: Map<string, number>) =>
    ['a', 'b', 'c', 'd'].map((name) => samples.get(`qwenctl_account_available{${of(name)}}`))
  expect(available(before)).toEqual([1, 1, 0, 0])

  await sources.use('acc_a')
  await sources.use('acc_b')
  const after = await now()
  expect(after.get(`qwenctl_limit_remaining{${of('a')},${day}}`)).toBe(2)
  expect(after.get(`qwenctl_limit_remaining{${of('b')},${day}}`)).toBe(0)
  expect(available(after)).toEqual([1, 0, 0, 0])
  const midnight = new Date().setUTCHours(24, 0, 0, 0) / 1000
  expect(after.get(`qwenctl_limit_reset_timestamp_seconds{${of('a')},${day}}`)).toBe(midnight)
})

test('several processes that serve one address are one: counts add up, what all read counts once', async () => {
  const sources = await givenSources(pool)
  const observers = await Promise.all([1, 2, 3].map(() => givenObserver({ level: 'off' })))
  for (const observer of observers) {
    observer.record(givenRotation())
    observer.watch(sources)
  }
  const parts = await Promise.all(observers.map((observer) => observer.metricsPart()))
  const sent = JSON.parse(JSON.stringify(parts)) as typeof parts // as it goes from process to process
  const samples = samplesIn((await observers[0]!.mergeMetrics(sent)).body)
  expect(samples.get(`qwenctl_requests_total{${atSpare},${model},outcome="ok"}`)).toBe(3)
  expect(samples.get(`qwenctl_request_duration_seconds_count{provider="openai",${model}}`)).toBe(3)
  expect(samples.get('qwenctl_requests_in_flight')).toBe(21)
  expect(
    samples.get(
      'qwenctl_limit_remaining{user="local",provider="qwen",account="a",metric="requests",window="day"}',
    ),
  ).toBe(3)
})

const promtool = spawnSync('promtool', ['--version']).status === 0

test.skipIf(!promtool)(
  'promtool finds nothing wrong, of one process and of several (skipped where it is missing)',
  async () => {
    const observer = await givenObserver({ level: 'off' })
    observer.watch(await givenSources(pool))
    observer.record(givenRotation())
    observer.record(
      givenRecord({ model: 'odd "name"\\ with\nall of it', attempts: [givenAttempt({ account: spare })] }),
    )
    observer.record(givenRecord({ attempts: [], outcome: 'no_accounts', costUsd: 0.1 }))
    const part = await observer.metricsPart()
    for (const { body } of [await observer.metrics(), await observer.mergeMetrics([part, part])]) {
      const checked = spawnSync('promtool', ['check', 'metrics'], { input: body, encoding: 'utf8' })
      expect(checked.stdout + checked.stderr).toBe('')
      expect(checked.status).toBe(0)
    }
  },
)

test('the processor time of the process is all that it has used, also before the first request for it', async () => {
  const before = process.cpuUsage()
  const samples = await renderMetrics([])
  const seconds = (name: string) => samples.get(`process_cpu_${name}`) ?? 0
  expect(seconds('user_seconds_total')).toBeGreaterThanOrEqual(before.user / 1e6)
  expect(seconds('seconds_total')).toBeCloseTo(
    seconds('user_seconds_total') + seconds('system_seconds_total'),
  )
})
