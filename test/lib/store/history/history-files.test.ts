import { asOrdinaryUser } from '../../../support/ordinary-user.ts'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { isQwenctlError } from '../../../../src/lib/base/errors.ts'
import { addTally, emptyTally } from '../../../../src/lib/quota/history/history.ts'
import { findTotals } from '../../../../src/lib/quota/log/totals.ts'
import { HistoryFiles } from '../../../../src/lib/store/history/history-files.ts'
import type { HistoryReading } from '../../../../src/lib/store/history/history-files.ts'
import { historyPath } from '../../../../src/lib/store/history/history-day.ts'
import { progressFile } from '../../../../src/lib/store/history/history-progress.ts'
import type { Home } from '../../../../src/lib/store/home.ts'
import { resolveHome } from '../../../../src/lib/store/home.ts'
import { openLedger, readLedger } from '../../../../src/lib/store/ledger/open-ledger.ts'
import { dayPath } from '../../../../src/lib/store/ledger/files/ledger-reader.ts'
import { removeFolder } from '../../../support/temp-folder.ts'

const NOON = Date.parse('2026-11-22T12:00:00Z')
const DAY = 86_400_000

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

function givenHome(): Home {
  const root = mkdtempSync(join(tmpdir(), 'qwenctl-history-'))
  cleanUp.push(() => removeFolder(root))
  return resolveHome({ QWENCTL_HOME: root })
}

/** Writes so many requests of account `a` on each of these days. */
async function count(home: Home, ...days: [at: number, requests: number][]): Promise<void> {
  for (const [at, requests] of days) {
    const ledger = await openLedger(home, { clock: () => at })
    for (let index = 0; index < requests; index += 1) {
      const reservation = await ledger.reserve({ account: 'a' })
      ledger.settle(reservation!, { outcome: 'ok', model: 'm', inputTokens: 10 })
    }
    await ledger.close()
  }
}

function requestsByDay({ history, totals }: HistoryReading): Record<string, number> {
  const days: Record<string, number> = {}
  for (const { at, requests } of history.values()) {
    const day = new Date(at).toISOString().slice(0, 10)
    days[day] = (days[day] ?? 0) + requests
  }
  for (const [day, accounts] of totals) days[day] = accounts.get('a')?.requests ?? 0
  return days
}

const read = async (home: Home, from = '2026-01-01') => requestsByDay(await new HistoryFiles(home).read(from))

describe('history', () => {
  test('when days are over, each is kept in a file; of the day under way only what is new is read', async () => {
    const home = givenHome()
    const files = new HistoryFiles(home)
    await count(home, [NOON, 2])
    expect(requestsByDay(await files.read('2026-11-22'))).toEqual({ '2026-11-22': 2 })
    await count(home, [NOON, 1], [NOON + DAY, 4])
    expect(requestsByDay(await files.read('2026-11-22'))).toEqual({ '2026-11-22': 3, '2026-11-23': 4 })
    expect(readdirSync(home.historyFolder).sort()).toEqual(['2026-11-22.json', 'checkpoint.json'])
    await count(home, [NOON + DAY, 1])
    expect(requestsByDay(await files.read('2026-11-23'))).toEqual({ '2026-11-23': 5 })
  })

  test('another process continues where one has ended, and comes to the same without what that one kept', async () => {
    const home = givenHome()
    await count(home, [NOON, 2], [NOON + DAY, 3])
    const all = { '2026-11-22': 2, '2026-11-23': 3 }
    expect(await read(home)).toEqual(all)
    expect(await read(home)).toEqual(all)
    rmSync(home.historyFolder, { recursive: true })
    expect(await read(home)).toEqual(all)
  })

  test('when a request ends on the next day, each day has its part of it', async () => {
    const home = givenHome()
    let now = Date.parse('2026-11-22T23:59:59Z')
    const ledger = await openLedger(home, { clock: () => now })
    const reservation = await ledger.reserve({ account: 'a' })
    now += 2000
    ledger.settle(reservation!, { outcome: 'ok', model: 'm', inputTokens: 5 })
    await ledger.close()
    const { history } = await new HistoryFiles(home).read('2026-11-22')
    const rows = [...history.values()].filter(({ requests, succeeded }) => requests !== 0 || succeeded !== 0)
    expect(rows).toMatchObject([
      { at: Date.parse('2026-11-22T23:00:00Z'), model: 'm', requests: 1, inputTokens: 0 },
      { at: Date.parse('2026-11-23T00:00:00Z'), model: 'm', requests: 0, succeeded: 1, inputTokens: 5 },
    ])
  })

  test('it adds up to what the ledger shows of every day, torn and foreign lines or not', async () => {
    const home = givenHome()
    await count(home, [NOON, 7])
    appendFileSync(dayPath(home, '2026-11-22'), 'nobody knows\n{"type":"reserve","id":"torn')
    await count(home, [NOON, 2], [NOON + DAY, 3])
    const { state } = readLedger(home)
    const { history } = await new HistoryFiles(home).read('2026-11-22')
    for (const day of ['2026-11-22', '2026-11-23']) {
      const tally = emptyTally()
      for (const bucket of history.values()) {
        if (new Date(bucket.at).toISOString().startsWith(day)) addTally(tally, bucket)
      }
      expect(tally).toMatchObject(findTotals(state, day, 'a'))
    }
  })

  test('when the ledger is folded away, its days have been kept before', async () => {
    const home = givenHome()
    await count(home, [NOON, 2], [NOON + DAY, 3], [NOON + 40 * DAY, 1], [NOON + 40 * DAY, 1])
    expect(existsSync(dayPath(home, '2026-11-22'))).toBe(false)
    const { history, totals } = await new HistoryFiles(home).read('2026-11-22')
    expect(totals.size).toBe(0)
    expect([...history.values()].find(({ at }) => at === NOON)).toMatchObject({ model: 'm', requests: 2 })
    expect(await read(home)).toEqual({ '2026-11-22': 2, '2026-11-23': 3, '2027-01-01': 2 })
  })

  test('when an earlier version folded days away, their totals stand without models', async () => {
    const home = givenHome()
    await count(home, [NOON, 2], [NOON + 40 * DAY, 1], [NOON + 40 * DAY, 1])
    rmSync(home.historyFolder, { recursive: true })
    const { history, totals } = await new HistoryFiles(home).read('2026-11-01')
    expect(totals.get('2026-11-22')?.get('a')).toMatchObject({ requests: 2, succeeded: 2, inputTokens: 20 })
    expect([...history.values()].some(({ at }) => at < NOON + DAY)).toBe(false)
    expect(await read(home, '2026-11-23')).toEqual({ '2027-01-01': 2 })
  })

  test('when the home was never used, there is none', async () => {
    expect(await read(givenHome())).toEqual({})
  })
})

describe('damage', () => {
  test('when a kept day is damaged and its ledger is there, it is folded again, and the damaged file stays', async () => {
    const home = givenHome()
    await count(home, [NOON, 2], [NOON + DAY, 3])
    await read(home)
    truncateSync(historyPath(home, '2026-11-22'), 20)
    const files = new HistoryFiles(home)
    expect(requestsByDay(await files.read('2026-11-22'))).toEqual({ '2026-11-22': 2, '2026-11-23': 3 })
    expect(readdirSync(home.historyFolder).some((name) => name.includes('.corrupt-'))).toBe(true)
  })

  test('when a kept day is damaged and its ledger is gone, its totals stand, and it is said', async () => {
    const home = givenHome()
    await count(home, [NOON, 2], [NOON + 40 * DAY, 1], [NOON + 40 * DAY, 1])
    truncateSync(historyPath(home, '2026-11-22'), 20)
    const files = new HistoryFiles(home)
    expect(requestsByDay(await files.read('2026-11-22'))).toMatchObject({ '2026-11-22': 2 })
    expect(files.problems.join()).toContain('2026-11-22.json is damaged')
  })

  test('when a kept day is of a newer version, it is neither used nor touched', async () => {
    const home = givenHome()
    await count(home, [NOON, 2], [NOON + DAY, 3])
    await read(home)
    const path = historyPath(home, '2026-11-22')
    const newer = readFileSync(path, 'utf8').replace('"version":1', '"version":2')
    writeFileSync(path, newer)
    const error: unknown = await read(home).catch((cause: unknown) => cause)
    expect(isQwenctlError(error) && error.code).toBe('store_too_new')
    expect(readFileSync(path, 'utf8')).toBe(newer)
  })

  test('when the note of how far it got is damaged, or of another ledger, all is folded again', async () => {
    const home = givenHome()
    await count(home, [NOON, 2], [NOON + DAY, 3])
    await read(home)
    writeFileSync(progressFile(home), '{"version":')
    expect(await read(home)).toEqual({ '2026-11-22': 2, '2026-11-23': 3 })
    rmSync(home.ledgerFolder, { recursive: true })
    rmSync(home.countersFile, { force: true })
    await count(home, [NOON + DAY, 1])
    expect(await read(home)).toEqual({ '2026-11-22': 2, '2026-11-23': 1 })
  })

  test('when the home cannot be written to, the history is complete all the same', async () => {
    const home = givenHome()
    await count(home, [NOON, 2], [NOON + DAY, 3])
    chmodSync(home.dataFolder, 0o500)
    cleanUp.push(() => chmodSync(home.dataFolder, 0o700))
    const found = await asOrdinaryUser(home.dataFolder, () => read(home))
    expect(found).toEqual({ '2026-11-22': 2, '2026-11-23': 3 })
    expect(existsSync(home.historyFolder)).toBe(false)
  })
})
