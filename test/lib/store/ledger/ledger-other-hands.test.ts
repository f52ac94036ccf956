// The ledger's files while a process counts in them and something else changes them, or the disk fails.

import {
  appendFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { parseLimit } from '../../../../src/lib/quota/limit.ts'
import type { LedgerDisk } from '../../../../src/lib/store/ledger/files/ledger-disk.ts'
import { systemDisk } from '../../../../src/lib/store/ledger/files/ledger-disk.ts'
import type { Home } from '../../../../src/lib/store/home.ts'
import { resolveHome } from '../../../../src/lib/store/home.ts'
import type { LedgerOptions } from '../../../../src/lib/store/ledger/files/file-event-log.ts'
import type { TicketLedger } from '../../../../src/lib/store/ledger/ticket-ledger.ts'
import { openLedger, readLedger } from '../../../../src/lib/store/ledger/open-ledger.ts'
import { removeFolder } from '../../../support/temp-folder.ts'

const NOON = Date.parse('2026-11-22T12:00:00Z')
const DAY = 86_400_000

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

function givenHome(): Home {
  const root = mkdtempSync(join(tmpdir(), 'qwenctl-hands-'))
  cleanUp.push(() => removeFolder(root))
  return resolveHome({ QWENCTL_HOME: root })
}

async function open(home: Home, options: LedgerOptions = {}): Promise<TicketLedger> {
  const ledger = await openLedger(home, { clock: () => NOON, ...options })
  cleanUp.push(() => ledger.close().catch(() => undefined))
  return ledger
}

async function setLimit(ledger: TicketLedger, text: string): Promise<void> {
  const { metric, window, max } = parseLimit(text)
  const limits = [{ metric, window, max, source: 'configured' as const }]
  await ledger.record([{ type: 'limits', account: 'a', limits }])
}

const dayFile = (home: Home) => join(home.ledgerFolder, '2026-11-22.ndjson')
const ids = (text: string, type: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`{"type":"${type}"`))
    .map((line) => (JSON.parse(line) as { id: string }).id)

/** How many of so many reservations are granted. */
async function grants(ledger: TicketLedger, asked: number): Promise<number> {
  const all = await Promise.all(Array.from({ length: asked }, () => ledger.reserve({ account: 'a' })))
  return all.filter((reservation) => reservation !== null).length
}

describe('files in use', () => {
  const hands: Record<string, (home: Home) => void> = {
    removed: (home) => rmSync(dayFile(home)),
    'cut to nothing': (home) => truncateSync(dayFile(home)),
    'replaced by another file': (home) => {
      rmSync(dayFile(home))
      writeFileSync(dayFile(home), '')
    },
    moved: (home) => renameSync(dayFile(home), `${dayFile(home)}.old`),
    'removed with a second link': (home) => {
      linkSync(dayFile(home), `${dayFile(home)}.link`)
      rmSync(dayFile(home))
    },
    'removed with their folder': (home) => rmSync(home.ledgerFolder, { recursive: true }),
    'moved with their folder': (home) => renameSync(home.ledgerFolder, `${home.ledgerFolder}.old`),
  }

  test.each(Object.entries(hands))(
    'when they are %s, limits hold on at once in all processes, which agree on one file and say so',
    async (_name, change) => {
      const home = givenHome()
      const told: string[] = []
      const one = await open(home, { onProblem: (problem) => told.push(problem) })
      const other = await open(home)
      await setLimit(one, '10/day')
      expect(await grants(one, 4)).toBe(4)
      other.refresh()
      await new Promise((resolve) => setTimeout(resolve, 25)) // a close look is due
      change(home)
      const later = (await grants(one, 20)) + (await grants(other, 20)) + (await grants(await open(home), 20))
      expect(later).toBe(10)
      expect(ids(readFileSync(dayFile(home), 'utf8'), 'reserve').length).toBeGreaterThanOrEqual(10)
      expect(told.join()).toMatch(/while in use/)
      expect(readLedger(home).problems.join()).toMatch(/may be missing/)
    },
  )

  test('when a folder or a file is in their place, requests are refused and counting continues once it is gone', async () => {
    for (const change of [
      (home: Home) => {
        rmSync(dayFile(home))
        mkdirSync(dayFile(home))
      },
      (home: Home) => {
        rmSync(home.ledgerFolder, { recursive: true })
        writeFileSync(home.ledgerFolder, '')
      },
    ]) {
      const home = givenHome()
      const told: string[] = []
      const ledger = await open(home, { onProblem: (problem) => told.push(problem) })
      await setLimit(ledger, '3/day')
      await new Promise((resolve) => setTimeout(resolve, 25))
      change(home)
      ledger.refresh()
      ledger.refresh()
      await expect(ledger.reserve({ account: 'a' })).rejects.toMatchObject({ code: 'store_unwritable' })
      expect(() => readLedger(home)).toThrowError(expect.objectContaining({ exit: 6 }))
      expect(told.filter((problem) => problem.includes('counting waits'))).toHaveLength(1)
      rmSync(dayFile(home), { recursive: true, force: true })
      rmSync(home.ledgerFolder, { recursive: true, force: true })
      ledger.refresh()
      expect(await grants(ledger, 9)).toBe(3)
    }
  })

  test.each(['2026-11-22', '2026-11-21', '1970-01-01', '2099-01-01'])(
    'when a stray close names %s, it is passed over by all, and the day ends when it does',
    async (next) => {
      const home = givenHome()
      let now = NOON
      const ledger = await open(home, { clock: () => now })
      await setLimit(ledger, '5/day')
      appendFileSync(dayFile(home), `{"type":"close","at":"2026-11-22T12:00:00.000Z","next":"${next}"}\n`)
      expect(await grants(ledger, 9)).toBe(5)
      expect(readLedger(home).problems.join()).toMatch(/close that names no later day/)
      now += DAY
      expect(await grants(ledger, 9)).toBe(5)
      expect(readdirSync(home.ledgerFolder).filter((name) => name.endsWith('.ndjson'))).toEqual([
        '2026-11-22.ndjson',
        '2026-11-23.ndjson',
      ])
    },
  )

  test('when 200 MB stand without a newline, each byte is read once and the next line is its own', async () => {
    const home = givenHome()
    const ledger = await open(home)
    await setLimit(ledger, '3/day')
    const block = Buffer.alloc(20 << 20, 'x')
    for (let count = 0; count < 10; count += 1) appendFileSync(dayFile(home), block)
    const began = performance.now()
    ledger.refresh()
    const first = performance.now() - began
    for (let looks = 0; looks < 50; looks += 1) ledger.refresh()
    expect(performance.now() - began - first).toBeLessThan(first + 1000)
    expect(await grants(ledger, 9)).toBe(3)
    expect(readLedger(home).state.open.size).toBe(3)
  })

  test('when a day lost its end and a later day is there, the later one counts and the loss is said', async () => {
    const home = givenHome()
    let now = NOON
    const ledger = await open(home, { clock: () => now })
    await setLimit(ledger, '9/week')
    await grants(ledger, 2)
    now += DAY
    await grants(ledger, 3)
    await ledger.close()
    const text = readFileSync(dayFile(home), 'utf8')
    writeFileSync(dayFile(home), text.slice(0, text.indexOf('{"type":"close"')))
    rmSync(home.countersFile, { force: true })
    const { state, problems } = readLedger(home)
    expect(state.open.size).toBe(5)
    expect(problems.join()).toMatch(/no successor/)
  })

  test('when more than a MiB is behind a close, none of it takes effect', async () => {
    const home = givenHome()
    let now = NOON
    const ledger = await open(home, { clock: () => now })
    await grants(ledger, 1)
    now += DAY
    await grants(ledger, 1)
    const line = '{"type":"reserve","id":"late-N","account":"a","at":"2026-11-22T12:00:00.000Z"}\n'
    const lines = Array.from({ length: 20_000 }, (_, index) => line.replace('N', String(index)))
    appendFileSync(dayFile(home), lines.join(''))
    await ledger.close()
    rmSync(home.countersFile, { force: true })
    expect(readLedger(home).state.open.size).toBe(2)
  })
})

describe('a disk', () => {
  const eio = () => Object.assign(new Error('EIO'), { code: 'EIO' })

  test('when it takes a part of a batch, what is whole is granted, the rest is refused, and no request is both', async () => {
    for (let cut = 0; cut < 420; cut += 30) {
      const home = givenHome()
      let left = Infinity
      const disk: LedgerDisk = {
        ...systemDisk,
        write(fd, bytes, length) {
          if (left === 0) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
          const part = Math.min(length, left)
          left -= part
          return systemDisk.write(fd, bytes, part)
        },
      }
      const ledger = await open(home, { disk })
      await setLimit(ledger, '100/day')
      left = cut
      const answers = await Promise.allSettled(
        Array.from({ length: 6 }, () => ledger.reserve({ account: 'a' })),
      )
      left = Infinity
      const granted = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value!.id] : []))
      await ledger.reserve({ account: 'a' })
      await ledger.record([])
      await ledger.close()
      const { state } = readLedger(home)
      expect(granted.filter((id) => state.open.get(id) === undefined)).toEqual([])
      expect(state.open.size).toBe(granted.length + 1)
    }
  })

  test('when forcing fails with `always`, nothing is granted and what was charged is given back', async () => {
    const home = givenHome()
    let isFailing = false
    const told: string[] = []
    const disk: LedgerDisk = {
      ...systemDisk,
      sync(fd) {
        if (isFailing) throw eio()
        systemDisk.sync(fd)
      },
    }
    const ledger = await open(home, { disk, sync: 'always', onProblem: (problem) => told.push(problem) })
    await setLimit(ledger, '3/day')
    isFailing = true
    for (let count = 0; count < 5; count += 1)
      await expect(ledger.reserve({ account: 'a' })).rejects.toMatchObject({ code: 'store_unwritable' })
    const claim = { job: 'job_1', account: 'a', slot: new Date(NOON).toISOString() }
    await expect(ledger.claimSlot(claim)).rejects.toMatchObject({ code: 'store_unwritable' })
    expect(told.filter((problem) => problem.includes('EIO'))).toHaveLength(1)
    isFailing = false
    await ledger.record([{ type: 'clear', subject: 'b' }])
    expect(ledger.state.jobs.runs.size).toBe(0)
    expect(await grants(ledger, 9)).toBe(3)
  })

  test('with `always`, it has every reservation before the caller is notified', async () => {
    const home = givenHome()
    let written = 0
    let forced = 0
    const disk: LedgerDisk = {
      ...systemDisk,
      write(fd, bytes, length) {
        written += length
        return systemDisk.write(fd, bytes, length)
      },
      sync(fd) {
        systemDisk.sync(fd)
        forced = written
      },
    }
    const ledger = await open(home, { disk, sync: 'always' })
    for (let count = 0; count < 5; count += 1) {
      await ledger.reserve({ account: 'a' })
      expect(forced).toBe(written)
    }
  })

  test('with `interval`, it is asked within a second of an append, and a failure is said and tried again', async () => {
    const home = givenHome()
    const told: string[] = []
    let asked = 0
    const disk: LedgerDisk = {
      ...systemDisk,
      syncSoon(_fd, onDone) {
        asked += 1
        onDone(asked === 1 ? eio() : null)
      },
    }
    const ledger = await open(home, { disk, onProblem: (problem) => told.push(problem) })
    await ledger.reserve({ account: 'a' })
    await expect.poll(() => asked, { timeout: 5000 }).toBe(2)
    expect(told.join()).toMatch(/cannot be forced to the disk \(EIO\)/)
    await expect.poll(() => asked, { timeout: 1500, interval: 1400 }).toBe(2) // nothing new, nothing to force
  })

  test('at the end of a day, what was appended last is forced, and the name of the new file too', async () => {
    const home = givenHome()
    let now = NOON
    const forced: string[] = []
    const disk: LedgerDisk = {
      ...systemDisk,
      sync: () => forced.push('file'),
      syncFolder: (folder) => forced.push(folder),
    }
    const one = await open(home, { clock: () => now, disk })
    const other = await open(home, { clock: () => now, disk })
    await one.reserve({ account: 'a' })
    await other.reserve({ account: 'a' })
    forced.length = 0
    now += DAY
    await one.reserve({ account: 'a' })
    other.refresh()
    expect(forced).toEqual([home.ledgerFolder, 'file', 'file'])
  })
})
