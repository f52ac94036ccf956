import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
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
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import type { LimitRecord } from '../../../../src/lib/quota/log/events.ts'
import { stateToJson } from '../../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import { parseLimit } from '../../../../src/lib/quota/limit.ts'
import { standing } from '../../../../src/lib/quota/standing.ts'
import { findTotals } from '../../../../src/lib/quota/log/totals.ts'
import type { Home } from '../../../../src/lib/store/home.ts'
import { resolveHome } from '../../../../src/lib/store/home.ts'
import type { MachineClock } from '../../../../src/lib/store/ledger/machine-clock.ts'
import type { LedgerOptions } from '../../../../src/lib/store/ledger/files/file-event-log.ts'
import type { TicketLedger } from '../../../../src/lib/store/ledger/ticket-ledger.ts'
import { openLedger, readLedger } from '../../../../src/lib/store/ledger/open-ledger.ts'
import { removeFolder } from '../../../support/temp-folder.ts'

const NOON = Date.parse('2026-11-22T12:00:00Z')
const HOUR = 3_600_000
const DAY = 24 * HOUR

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

function givenHome(): Home {
  const root = mkdtempSync(join(tmpdir(), 'qwenctl-ledger-'))
  cleanUp.push(() => removeFolder(root))
  return resolveHome({ QWENCTL_HOME: root })
}

async function open(home: Home, options: LedgerOptions = {}): Promise<TicketLedger> {
  const ledger = await openLedger(home, options)
  cleanUp.push(() => ledger.close().catch(() => undefined))
  return ledger
}

const limit = (...texts: string[]): LimitRecord[] =>
  texts.map((text) => {
    const { metric, window, max } = parseLimit(text)
    return { metric, window, max, source: 'configured' }
  })

const setLimit = (ledger: TicketLedger, account: string, ...texts: string[]) =>
  ledger.record([{ type: 'limits', account, limits: limit(...texts) }])

function used(state: TicketLedger['state'], account: string): number {
  const found = state.subjects.get(account)?.limits[0]
  return found === undefined ? Number.NaN : standing(found, state.now).used
}

/** A machine that knows the time, and started a week before noon. */
const machineAt = (now: number): MachineClock => ({
  wall: () => now,
  steady: () => now - NOON + 7 * DAY,
  read: () => ({ boot: 'one', uptime: now - NOON + 7 * DAY, time: now }),
})

const files = (home: Home) => readdirSync(home.ledgerFolder).sort()
const today = (home: Home) =>
  join(
    home.ledgerFolder,
    files(home)
      .filter((name) => name.endsWith('.ndjson'))
      .at(-1) ?? '',
  )

describe('one process', () => {
  test('when the clock steps back, time in the ledger does not', async () => {
    const home = givenHome()
    let now = NOON
    const ledger = await open(home, { clock: () => now })
    await setLimit(ledger, 'a', '1/day')
    expect(await ledger.reserve({ account: 'a' })).not.toBeNull()
    now -= 3 * DAY
    expect(ledger.now()).toBe(NOON)
    expect(await ledger.reserve({ account: 'a' })).toBeNull()
    expect(files(home)).toEqual(['2026-11-22.ndjson'])
  })

  test('when midnight passes with a request in flight, it is settled in the new day and its day closed', async () => {
    const home = givenHome()
    let now = NOON
    const ledger = await open(home, { clock: () => now })
    await setLimit(ledger, 'a', '1/day')
    const late = await ledger.reserve({ account: 'a' })
    now += DAY
    expect(await ledger.reserve({ account: 'a' })).not.toBeNull()
    ledger.settle(late!, { outcome: 'ok', outputTokens: 5 })
    await ledger.close()
    expect(files(home)).toEqual(['2026-11-22.ndjson', '2026-11-23.ndjson'])
    const { state, problems } = readLedger(home)
    expect(problems).toEqual([])
    expect(findTotals(state, '2026-11-22', 'a')).toMatchObject({ requests: 1, outputTokens: 0 })
    expect(findTotals(state, '2026-11-23', 'a')).toMatchObject({ requests: 1, outputTokens: 5, succeeded: 1 })
  })
})

describe('damage', () => {
  test('when the last line is torn, nothing before it changes, and the next writer begins a new line', async () => {
    const home = givenHome()
    const first = await open(home, { clock: () => NOON })
    await setLimit(first, 'a', '9/day')
    await first.reserve({ account: 'a' })
    await first.close()
    appendFileSync(today(home), '{"type":"reserve","id":"torn-1","acc')
    expect(used(readLedger(home).state, 'a')).toBe(1)
    const second = await open(home, { clock: () => NOON })
    expect(await second.reserve({ account: 'a' })).not.toBeNull()
    expect(used(second.state, 'a')).toBe(2)
    const { state, problems } = readLedger(home)
    expect(used(state, 'a')).toBe(2)
    expect(problems).toHaveLength(1)
  })

  test('when another process tears its line between our reads, our reservation is written again and granted', async () => {
    const home = givenHome()
    const ledger = await open(home, { clock: () => NOON })
    await setLimit(ledger, 'a', '9/day')
    appendFileSync(today(home), '{"type":"reserve"')
    expect(await ledger.reserve({ account: 'a' })).not.toBeNull()
    expect(used(ledger.state, 'a')).toBe(1)
    expect(used(readLedger(home).state, 'a')).toBe(1)
  })

  test('when the file has foreign lines, they are skipped and reported', async () => {
    const home = givenHome()
    const ledger = await open(home, { clock: () => NOON })
    await ledger.reserve({ account: 'a' })
    appendFileSync(today(home), 'hello\n{"type":"later-version","at":"2026-11-22T12:00:00.000Z"}\n\n')
    await ledger.reserve({ account: 'a' })
    const { state, problems } = readLedger(home)
    expect(findTotals(state, '2026-11-22', 'a').requests).toBe(2)
    expect(problems).toHaveLength(2)
  })

  test('when a process writes after a close, it counts nothing for any reader', async () => {
    const home = givenHome()
    let now = NOON
    const ledger = await open(home, { clock: () => now })
    await ledger.reserve({ account: 'a' })
    now += DAY
    await ledger.reserve({ account: 'a' })
    appendFileSync(
      join(home.ledgerFolder, '2026-11-22.ndjson'),
      '{"type":"reserve","id":"late-1","account":"a","at":"2026-11-22T12:00:00.000Z"}\n',
    )
    expect(findTotals(readLedger(home).state, '2026-11-22', 'a').requests).toBe(1)
  })

  test('when the file is removed while it is open, requests are still counted', async () => {
    const home = givenHome()
    const ledger = await open(home, { clock: () => NOON })
    await ledger.reserve({ account: 'a' })
    rmSync(home.ledgerFolder, { recursive: true })
    expect(await ledger.reserve({ account: 'a' })).not.toBeNull()
    expect(findTotals(readLedger(home).state, '2026-11-22', 'a').requests).toBe(1)
  })

  test('when the disk takes no more, a reservation is refused by name and never granted uncounted', async () => {
    // The kernel's limit on file size is a disk that is full, for one process.
    const home = givenHome()
    await open(home)
    const script = `ulimit -f 1; exec "${process.execPath}" "${fileURLToPath(new URL('../../../support/processes/full-disk-process.ts', import.meta.url))}"`
    const child = spawn('bash', ['-c', script], { env: { ...process.env, QWENCTL_HOME: home.root ?? '' } })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.stderr.pipe(process.stderr)
    await once(child, 'close')
    const { granted, refusals } = JSON.parse(output) as { granted: string[]; refusals: string[] }
    expect(refusals.length).toBeGreaterThan(0)
    expect(new Set(refusals)).toEqual(new Set(['store_unwritable']))
    const { state } = readLedger(home)
    expect(granted.filter((id) => state.open.get(id) === undefined)).toEqual([])
    expect(state.open.size).toBeLessThanOrEqual(granted.length + 1)
  })
})

describe('checkpoints', () => {
  async function busyHome(): Promise<Home> {
    const home = givenHome()
    const ledger = await open(home, { clock: () => NOON })
    await setLimit(ledger, 'a', '5000/day', '9000/week@Asia/Shanghai')
    for (let wave = 0; wave < 30; wave += 1) {
      const reservations = await Promise.all(
        Array.from({ length: 50 }, () => ledger.reserve({ account: 'a' })),
      )
      for (const reservation of reservations) ledger.settle(reservation!, { outcome: 'ok', inputTokens: 3 })
    }
    await ledger.close()
    return home
  }

  test('when a checkpoint is there, folding its tail gives what folding everything gives', async () => {
    const home = await busyHome()
    expect(existsSync(home.countersFile)).toBe(true)
    const ledger = await open(home, { clock: () => NOON })
    await ledger.reserve({ account: 'a' })
    await ledger.close()
    const withCheckpoint = stateToJson(readLedger(home).state)
    rmSync(home.countersFile)
    expect(stateToJson(readLedger(home).state)).toEqual(withCheckpoint)
  })

  test.each(['', 'null', '{"version":1}', '{"version":1,"position":{}', '[]'])(
    'when counters.json is %j, counts are folded from the ledger and the damage is reported',
    async (text) => {
      const home = await busyHome()
      writeFileSync(home.countersFile, text)
      const { state, problems } = readLedger(home)
      expect(used(state, 'a')).toBe(1500)
      expect(problems).toHaveLength(1)
    },
  )

  test('when counters.json is damaged, a counting process sets it aside and writes a right one', async () => {
    const home = await busyHome()
    writeFileSync(home.countersFile, '{"version":')
    const ledger = await open(home, { clock: () => NOON })
    await Promise.all(Array.from({ length: 3000 }, () => ledger.reserve({ account: 'a' })))
    await ledger.close()
    expect(readdirSync(home.dataFolder).filter((name) => name.includes('.corrupt-'))).toHaveLength(1)
    expect(used(readLedger(home).state, 'a')).toBe(4500)
    expect(readLedger(home).problems).toEqual([])
  })

  test('when counters.json is of a newer qwenctl, it is refused', async () => {
    const home = await busyHome()
    writeFileSync(home.countersFile, '{"version":99}')
    expect(() => readLedger(home)).toThrowError(expect.objectContaining({ code: 'store_too_new', exit: 6 }))
  })

  test('when the ledger was cut off behind it, the checkpoint is not believed', async () => {
    const home = await busyHome()
    const text = readFileSync(today(home), 'utf8')
    truncateSync(today(home), text.indexOf('\n') + 1)
    expect(used(readLedger(home).state, 'a')).toBe(0)
  })

  test('when a checkpoint was made right at the end of a day, the next process continues in the next', async () => {
    const home = await busyHome()
    let now = NOON + DAY
    const roll = await open(home, { clock: () => now })
    await roll.reserve({ account: 'a' })
    await roll.close()
    // A reader that came between the close and the next day's first line is behind the close.
    const next = join(home.ledgerFolder, '2026-11-23.ndjson')
    const kept = readFileSync(next)
    rmSync(next)
    now += HOUR
    const late = await open(home, { clock: () => now })
    expect(await late.reserve({ account: 'a' })).not.toBeNull()
    expect(readFileSync(next).length).toBeGreaterThan(0)
    expect(kept.length).toBeGreaterThan(0)
  })
})

describe('retention', () => {
  test('when days are older than it, they fold into the base, their totals stay, and the window still counts', async () => {
    const home = givenHome()
    let now = NOON
    const first = await open(home, { clock: () => now })
    await setLimit(first, 'a', '100/35d')
    for (let day = 0; day < 3; day += 1, now += DAY) await first.reserve({ account: 'a' })
    await first.close()
    now = NOON + 37 * DAY - HOUR
    const second = await open(home, { clock: () => now })
    await second.reserve({ account: 'a' })
    await second.close()
    const third = await open(home, { clock: () => now })
    await third.reserve({ account: 'a' })
    await third.close()
    expect(files(home)).toContain('base.json')
    expect(files(home)).not.toContain('2026-11-22.ndjson')
    rmSync(home.countersFile, { force: true })
    const { state, problems } = readLedger(home)
    expect(problems).toEqual([])
    expect(findTotals(state, '2026-11-22', 'a').requests).toBe(1)
    expect(findTotals(state, '2026-12-29', 'a').requests).toBe(2)
    expect(used(state, 'a')).toBe(3) // 24 November is within the 35 days, as are today's two
  })

  test('when no day turns in a process, its start folds the old days', async () => {
    const home = givenHome()
    let now = NOON
    const first = await open(home, { clock: () => now })
    for (let day = 0; day < 3; day += 1, now += DAY) await first.reserve({ account: 'a' })
    await first.close()
    now = NOON + 40 * DAY
    await (await open(home, { clock: () => now })).close()
    expect(files(home)).toContain('base.json')
    expect(files(home)).not.toContain('2026-11-22.ndjson')
  })

  test('when a process has a clock that is two years ahead, it folds no day that is not old', async () => {
    const home = givenHome()
    const first = await open(home, { clock: () => NOON - DAY, machine: machineAt(NOON - DAY) })
    await first.reserve({ account: 'a' })
    await first.close()
    const second = await open(home, { clock: () => NOON, machine: machineAt(NOON) })
    await second.reserve({ account: 'a' })
    await second.close()
    const ahead = { ...machineAt(NOON), wall: () => NOON + 730 * DAY }
    await (await open(home, { clock: () => NOON + 730 * DAY, machine: ahead })).close()
    expect(files(home)).toEqual(['2026-11-21.ndjson', '2026-11-22.ndjson'])
  })

  test('when a day was folded and a crash kept its file, it is not counted twice', async () => {
    const home = givenHome()
    let now = NOON
    const first = await open(home, { clock: () => now })
    for (let day = 0; day < 2; day += 1, now += DAY) {
      first.settle((await first.reserve({ account: 'a' }))!, { outcome: 'ok' })
      await first.record([{ type: 'clear', subject: 'a' }]) // on the same day
    }
    await first.close()
    const path = join(home.ledgerFolder, '2026-11-22.ndjson')
    const lines = readFileSync(path)
    for (const later of [36, 37]) {
      now = NOON + later * DAY
      const ledger = await open(home, { clock: () => now })
      await ledger.reserve({ account: 'a' })
      await ledger.close()
      if (later === 36) writeFileSync(path, lines)
    }
    rmSync(home.countersFile, { force: true })
    expect(existsSync(path)).toBe(false)
    const { state } = readLedger(home)
    const requests = ['2026-11-22', '2026-11-23'].map((day) => findTotals(state, day, 'a').requests)
    expect(requests).toEqual([1, 1])
  })
})
