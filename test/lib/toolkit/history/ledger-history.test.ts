import { describe, expect, test } from 'vitest'
import type { HistoryKey, HistoryRow } from '../../../../src/lib/toolkit/history/history-views.ts'
import type { Toolkit } from '../../../../src/lib/toolkit/toolkit.ts'
import { NOON, acme, givenToolkit } from '../temporary-home.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

interface Asked {
  model?: string
  key?: string
  costUsd?: number
  failed?: boolean
}

interface Told {
  toolkit: Toolkit
  /** Lets an account answer now. */
  ask: (name: string, more?: Asked) => Promise<void>
  at: (time: number) => void
}

/** Two accounts of two groups and two users, and a clock that can be set. */
async function given(): Promise<Told> {
  const home = temporaryFolder()
  let now = NOON
  const toolkit = await givenToolkit({ home, providers: [acme()], clock: () => now })
  for (const [name, groups, user] of [
    ['a', ['red', 'blue'], 'local'],
    ['b', [], 'ann'],
  ] as const) {
    const secret = `sk-${name.repeat(20)}`
    await toolkit.accounts.add({ provider: 'acme', name, secret, groups: [...groups], user })
  }
  const ledger = await toolkit.ledger()
  return {
    toolkit,
    at: (time) => {
      now = time
    },
    ask: async (name, { model = 'm', key, costUsd, failed = false } = {}) => {
      const { id } = (await toolkit.accounts.records()).find((account) => account.name === name)!
      const reservation = await ledger.reserve({ account: id, ...(key === undefined ? {} : { also: [key] }) })
      ledger.settle(reservation!, {
        outcome: failed ? 'overloaded' : 'ok',
        model,
        inputTokens: 10,
        outputTokens: 5,
        latencyMs: 800,
        ...(costUsd === undefined ? {} : { costUsd }),
      })
      await ledger.record([]) // nothing, but behind what was settled
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

const short = (rows: HistoryRow[]) => rows.map(({ label, requests }) => `${label}: ${requests}`)

describe('history', () => {
  test('when it is asked per day or hour, has one row for each in which something was done', async () => {
    const { toolkit, ask, at } = await given()
    await ask('a')
    at(NOON + HOUR)
    await ask('b')
    at(NOON + DAY)
    await ask('a')
    const days = await toolkit.history.show({ days: 2, per: 'day', by: 'all' })
    expect(days).toMatchObject({
      now: '2026-11-23T12:00:00.000Z',
      from: '2026-11-22T00:00:00.000Z',
      per: 'day',
      by: 'all',
      rows: [
        { at: '2026-11-22T00:00:00.000Z', key: 'all', requests: 2, succeeded: 2 },
        { at: '2026-11-23T00:00:00.000Z', key: 'all', requests: 1 },
      ],
      totals: { requests: 3, inputTokens: 30, outcomes: { ok: 3 }, costUsd: null, unpriced: 3 },
    })
    expect(days.totals.latencyMs!.p50).toBeGreaterThan(760)
    expect(days.totals.latencyMs!.p50).toBeLessThan(840)
    const hours = await toolkit.history.show({ hours: 24, per: 'hour', by: 'all' })
    expect(hours.rows.map((row) => row.at)).toEqual(['2026-11-22T13:00:00.000Z', '2026-11-23T12:00:00.000Z'])
    expect((await toolkit.history.show({ days: 1, per: 'day', by: 'all' })).totals.requests).toBe(1)
  })

  test('two subjects are compared with the success of their jobs, and a test of each difference', async () => {
    const { toolkit, ask } = await given()
    for (let index = 0; index < 12; index += 1) {
      await ask('a')
      await ask('b', { failed: index > 2 })
    }
    const [a, b] = await toolkit.accounts.records()
    const run = (id: string, account: string, status: 'done' | 'failed' | 'running' | 'skipped') =>
      toolkit.jobs.runRecords.write({
        id,
        job: 'job_1',
        jobName: 'tick',
        account,
        accountName: 'acme/x',
        user: 'local',
        slots: 1,
        slot: '2026-11-22T11:00:00.000Z',
        claimedAt: '2026-11-22T11:00:00.000Z',
        endedAt: null,
        status,
        attempts: 1,
        isLate: false,
        isManual: false,
        reason: null,
        exitCode: 0,
        outputBytes: 0,
      })
    run('r1', a!.id, 'done')
    run('r2', b!.id, 'failed')
    run('r3', b!.id, 'running')
    run('r4', b!.id, 'skipped')
    const { subjects, differences } = await toolkit.history.compare({ days: 1, accounts: ['a', 'b'] })
    expect(subjects).toMatchObject([
      {
        label: 'acme/a',
        requests: 12,
        succeeded: 12,
        failed: 0,
        answeredShare: 1,
        jobs: { successShare: 1 },
      },
      {
        succeeded: 3,
        failed: 9,
        answeredShare: 0.25,
        jobs: { done: 0, failed: 1, skipped: 1, successShare: 0 },
      },
    ])
    expect(differences).toMatchObject([
      { measure: 'answered', a: 1, b: 0.25, difference: 0.75, test: 'fisher-exact', isSignificant: true },
      { measure: 'job-success', a: 1, b: 0, pValue: 1, isSignificant: false },
      { measure: 'latency', difference: 0, test: 'mann-whitney', pValue: 1 },
      { measure: 'first-byte', a: null, pValue: null },
    ])
    const grouped = await toolkit.history.compare({ days: 1, accounts: ['b'], groups: ['red'] })
    expect(grouped.subjects.map(({ kind, key }) => [kind, key])).toEqual([
      ['account', b!.id],
      ['group', 'red'],
    ])
    expect((await toolkit.history.compare({ days: 1 })).subjects).toHaveLength(2)
    await expect(toolkit.history.compare({ days: 1, groups: ['green'] })).rejects.toThrow(
      'no account has the group',
    )
    const own = await toolkit.history.compare({ days: 1, user: 'ann' })
    expect(own.subjects.map(({ key }) => key)).toEqual([b!.id])
  })

  test('by job or key, requests of a job share a row of its name, which becomes its id when the job is removed', async () => {
    const { toolkit, ask } = await given()
    const command = [process.execPath, '-e', '']
    const job = await toolkit.jobs.add({ name: 'tick', every: '1m', all: true, command })
    for (const name of ['k1', 'k2'])
      await ask('a', { key: (await toolkit.keys.create({ name, job: job.id })).key.id })
    await ask('a', { key: (await toolkit.keys.create({ name: 'robot' })).key.id })
    await ask('b')
    const rows = async (by: HistoryKey) =>
      short((await toolkit.history.show({ days: 1, per: 'day', by })).rows).sort()
    expect(await rows('job')).toEqual(['none: 2', 'tick: 2'])
    expect(await rows('key')).toEqual(['job tick: 2', 'none: 1', 'robot: 1'])
    const each = await toolkit.history.show({ days: 1, per: 'day', by: 'key', splitsJobs: true })
    expect(short(each.rows).sort()).toEqual(['k1: 1', 'k2: 1', 'none: 1', 'robot: 1'])
    await toolkit.jobs.remove('tick')
    expect(await rows('job')).toEqual([`${job.id}: 2`, 'none: 2'])
    expect(await rows('key')).toEqual([`job ${job.id}: 2`, 'none: 1', 'robot: 1'])
  })

  test('by account, provider, model, key, group and user, each row is named for people', async () => {
    const { toolkit, ask } = await given()
    const { key } = await toolkit.keys.create({ name: 'robot' })
    await ask('a', { key: key.id, model: 'm' })
    await ask('b', { model: 'n' })
    const rows = async (by: HistoryKey) =>
      short((await toolkit.history.show({ days: 1, per: 'day', by })).rows)
    expect((await rows('account')).sort()).toEqual(['acme/a: 1', 'ann:acme/b: 1'])
    expect(await rows('provider')).toEqual(['acme: 2'])
    expect(await rows('model')).toEqual(['m: 1', 'n: 1'])
    expect((await rows('key')).sort()).toEqual(['none: 1', 'robot: 1'])
    expect(await rows('group')).toEqual(['blue: 1', 'none: 1', 'red: 1'])
    expect(await rows('user')).toEqual(['ann: 1', 'local: 1'])
    const { totals } = await toolkit.history.show({ days: 1, per: 'day', by: 'group' })
    expect(totals.requests).toBe(2)
  })

  test('when accounts are named or filtered, only theirs is shown; an account that is gone can still be named', async () => {
    const { toolkit, ask } = await given()
    await ask('a')
    await ask('b')
    const total = async (query: object) =>
      (await toolkit.history.show({ days: 1, per: 'day', by: 'all', ...query })).totals.requests
    expect(await total({})).toBe(2)
    expect(await total({ accounts: ['acme/a'] })).toBe(1)
    expect(await total({ user: 'ann' })).toBe(1)
    expect(await total({ group: 'green' })).toBe(0)
    await toolkit.accounts.remove('a', { purge: false })
    expect(await total({ accounts: ['a'] })).toBe(1)
    await expect(total({ accounts: ['nobody'] })).rejects.toMatchObject({ code: 'account_not_found' })
  })

  test.each([{ days: 0 }, { days: 1.5 }, { hours: 100_000 }, { days: 1, hours: 1 }])(
    'a span of %j is refused',
    async (span) => {
      const { toolkit } = await given()
      const asked = toolkit.history.show({ ...span, per: 'day', by: 'all' })
      await expect(asked).rejects.toMatchObject({ code: 'invalid_value' })
    },
  )

  test('it shows the same of today as quota show', async () => {
    const { toolkit, ask } = await given()
    for (const costUsd of [0.1, 0.2, 0.3]) await ask('a', { costUsd, model: `m${costUsd}` })
    await ask('a', { failed: true })
    const { rows } = await toolkit.history.show({ days: 1, per: 'day', by: 'account' })
    const [shown] = (await toolkit.quotas.show(['a'])).accounts
    expect(shown?.today).toEqual({
      attempted: 4,
      answered: 3,
      unreached: 0,
      requests: 4,
      succeeded: 3,
      failed: 1,
      inputTokens: 40,
      outputTokens: 20,
      costUsd: 0.6,
      estimatedTokens: 0,
    })
    const { attempted, answered, unreached, ...counted } = shown!.today
    expect([attempted, answered, unreached]).toEqual([4, 3, 0])
    expect(rows[0]).toMatchObject({ ...counted, unpriced: 1 })
  })
})

describe('the stats of an account', () => {
  test('have its rows, its models, the busiest first, and the limit that runs out first', async () => {
    const { toolkit, ask, at } = await given()
    await toolkit.accounts.set('a', { limits: ['30/day', '1000/5h'] })
    for (let index = 0; index < 20; index += 1) {
      at(NOON + index * 60_000)
      await ask('a', { model: index % 3 === 0 ? 'small' : 'large' })
    }
    await ask('b')
    const stats = await toolkit.history.stats('a', { hours: 24, per: 'hour' })
    expect(stats).toMatchObject({
      account: { name: 'a', provider: 'acme' },
      rows: [{ key: 'all', requests: 20 }],
      models: [
        { key: 'large', requests: 13 },
        { key: 'small', requests: 7 },
      ],
      totals: { requests: 20 },
      cooldowns: [],
      forecast: { metric: 'requests', window: 'day', model: null },
    })
    const all = await toolkit.history.stats(null, { days: 1, per: 'day' })
    expect(all).toMatchObject({ account: null, totals: { requests: 21 }, forecast: null })
  })
})
