import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'
import { stateToJson } from '../../../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import type { Home } from '../../../../../src/lib/store/home.ts'
import type { LedgerOptions } from '../../../../../src/lib/store/ledger/files/file-event-log.ts'
import type { LedgerDisk } from '../../../../../src/lib/store/ledger/files/ledger-disk.ts'
import { systemDisk } from '../../../../../src/lib/store/ledger/files/ledger-disk.ts'
import { makeWriter } from '../../../../../src/lib/store/ledger/files/writer.ts'
import { openLedger, readLedger } from '../../../../../src/lib/store/ledger/open-ledger.ts'
import type { TicketLedger } from '../../../../../src/lib/store/ledger/ticket-ledger.ts'
import { tempHome } from '../../../../support/temp-home.ts'

const ACCOUNTS = Array.from({ length: 200 }, (_, index) => `acc_${index}`)
/** A checkpoint of these accounts takes dozens of turns. */
const PACE = { events: 1_000, ageMs: Infinity, pieceBytes: 2_000 }

async function open(home: Home, options: LedgerOptions = {}): Promise<TicketLedger> {
  const ledger = await openLedger(home, { checkpoints: PACE, ...options })
  onTestFinished(() => ledger.close().catch(() => undefined))
  return ledger
}

async function serve(ledger: TicketLedger, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const reservations = await Promise.all(ACCOUNTS.map((account) => ledger.reserve({ account })))
    for (const reservation of reservations) ledger.settle(reservation!, { outcome: 'ok', inputTokens: 3 })
  }
}

/** The unfinished checkpoints of a home. */
const unfinished = ({ dataFolder }: Home) =>
  readdirSync(dataFolder).filter((name) => /^counters\.json\..+\.tmp$/.test(name))

/** The folded state without any checkpoint. */
function foldAll(home: Home): unknown {
  rmSync(home.countersFile, { force: true })
  return stateToJson(readLedger(home).state)
}

test('a large checkpoint is written in pieces while requests are counted, and is exact', async () => {
  const home = tempHome()
  const pieces: number[] = []
  const disk: LedgerDisk = {
    ...systemDisk,
    write(fd, bytes, length) {
      if (!Buffer.from(bytes.subarray(0, 7)).equals(Buffer.from('{"type"'))) pieces.push(length)
      return systemDisk.write(fd, bytes, length)
    },
  }
  const ledger = await open(home, { disk })
  await serve(ledger, 2)
  const [one] = await Promise.all(ACCOUNTS.map((account) => ledger.reserve({ account })))
  expect(one).not.toBeNull()
  let counted = 0
  while (unfinished(home).length > 0 || !existsSync(home.countersFile)) {
    expect(await ledger.reserve({ account: ACCOUNTS[counted % ACCOUNTS.length]! })).not.toBeNull()
    counted += 1
  }
  expect(counted).toBeGreaterThan(5)
  // The first piece has all reservations in flight.
  expect(pieces.length).toBeGreaterThan(20)
  expect(Math.max(...pieces.slice(1))).toBeLessThan(2 * PACE.pieceBytes)
  const { position } = JSON.parse(readFileSync(home.countersFile, 'utf8')) as { position: { offset: number } }
  expect(position.offset).toBeGreaterThan(0)
  const fromCheckpoint = stateToJson(readLedger(home).state)
  expect(fromCheckpoint).toEqual(stateToJson(ledger.state))
  expect(foldAll(home)).toEqual(fromCheckpoint)
})

test('a process that ends in the middle of a checkpoint finishes it', async () => {
  const home = tempHome()
  const ledger = await open(home)
  await serve(ledger, 3)
  await vi.waitFor(() => expect(unfinished(home)).toHaveLength(1), { timeout: 120_000 })
  await ledger.close()
  expect(unfinished(home)).toEqual([])
  const fromCheckpoint = stateToJson(readLedger(home).state)
  expect(existsSync(home.countersFile)).toBe(true)
  expect(foldAll(home)).toEqual(fromCheckpoint)
})

test('when the disk fails in the middle of a checkpoint, the earlier one stays and requests are counted', async () => {
  const home = tempHome()
  let isFull = false
  const disk: LedgerDisk = {
    ...systemDisk,
    write(fd, bytes, length) {
      const isPiece = Buffer.from(bytes.subarray(0, 4096)).includes('"trail"')
      if (isFull && isPiece) throw Object.assign(new Error('full'), { code: 'ENOSPC' })
      return systemDisk.write(fd, bytes, length)
    },
  }
  const ledger = await open(home, { disk, checkpoints: { ...PACE, pieceBytes: 1 << 30 } })
  await serve(ledger, 3)
  const before = readFileSync(home.countersFile, 'utf8')
  isFull = true
  await serve(ledger, 8)
  await nextTurn()
  expect(readFileSync(home.countersFile, 'utf8')).toBe(before)
  expect(unfinished(home)).toEqual([])
  const fromCheckpoint = stateToJson(readLedger(home).state)
  expect(fromCheckpoint).toEqual(stateToJson(ledger.state))
  expect(foldAll(home)).toEqual(fromCheckpoint)
})

test('the unfinished checkpoint of a killed process is removed, and that of a living one is not', async () => {
  const home = tempHome()
  await (await open(home)).close()
  const dead = `${home.countersFile}.${(2 ** 22 + 1).toString(36)}.0.abc.tmp`
  const living = `${home.countersFile}.${makeWriter()}.tmp`
  writeFileSync(dead, '{')
  writeFileSync(living, '{')
  await open(home)
  expect(existsSync(dead)).toBe(false)
  expect(existsSync(living)).toBe(true)
})
