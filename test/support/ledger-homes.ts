// The two homes of the log, files and a Redis stream, so that one law is tested over both.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, onTestFinished } from 'vitest'
import { parseLimit } from '../../src/lib/quota/limit.ts'
import type { LedgerState } from '../../src/lib/quota/log/state.ts'
import type { LedgerOptions } from '../../src/lib/store/ledger/files/file-event-log.ts'
import { isWriterAlive } from '../../src/lib/store/ledger/files/writer.ts'
import { openLedger, readLedger } from '../../src/lib/store/ledger/open-ledger.ts'
import type { TicketLedger } from '../../src/lib/store/ledger/ticket-ledger.ts'
import type { RedisEventLog } from '../../src/lib/store/redis/log/redis-event-log.ts'
import { writeCheckpoint } from '../../src/lib/store/redis/log/stream-checkpoints.ts'
import { SharedStore } from '../../src/lib/store/redis/shared-store.ts'
import { RedisServer, hasRedis } from './servers/redis-server.ts'
import { tempHome } from './temp-home.ts'

/** A place that any number of ledgers share, as processes of one or of many machines do. */
export interface LedgerHome {
  open(): Promise<TicketLedger>
  /** The state as a process sees it that only reads. */
  read(): Promise<LedgerState>
  /** Starts `ledger-process.ts`, which counts as a separate process. */
  start(...words: string[]): ChildProcess
  /** All events of the log, as text. */
  readLog(): string
  /** Whether the process that made a reservation is running, as far as the ledger knows. */
  isWriterAlive(ledger: TicketLedger, reservationId: string): boolean
  /** Makes the writer of a reservation silent for as long as an ended process is. */
  silence(reservationId: string): void
  writeCheckpoint(): Promise<void>
  /** Replaces the text of the checkpoint. */
  changeCheckpoint(change: (text: string) => string): void
  removeCheckpoint(): void
}

export interface HomeKind {
  name: string
  /** Tests over a home that this machine lacks are skipped. */
  isHere: boolean
  /** The runs of a property: a call to a server takes longer than a write to a file. */
  runs: number
  /** Processes that a law of separate processes starts. */
  processes: number
  given: () => Promise<LedgerHome>
}

const homeKinds: readonly HomeKind[] = [
  { name: 'files', isHere: true, runs: 40, processes: 4, given: givenFiles },
  { name: 'Redis', isHere: hasRedis, runs: 12, processes: 2, given: givenRedis },
]

/** The two kinds, for the tests of the file that calls this. Its tests share a server, which ends with them. */
export function listHomeKinds(): readonly HomeKind[] {
  afterAll(async () => {
    await (await server)?.stop()
    server = null
  })
  return homeKinds
}

const program = fileURLToPath(new URL('processes/ledger-process.ts', import.meta.url))
/** Every event makes a checkpoint due, and it is written in one piece. */
const AT_ONCE = { events: 1, ageMs: Infinity, pieceBytes: 1 << 30 }

function closeLater(ledger: TicketLedger): TicketLedger {
  onTestFinished(() => ledger.close().catch(() => undefined))
  return ledger
}

function start(env: Record<string, string>, words: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [program, ...words], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child.stdout.setEncoding('utf8')
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function givenFiles(): Promise<LedgerHome> {
  const home = tempHome()
  const open = async (options: LedgerOptions = {}) => closeLater(await openLedger(home, options))
  const days = () => readdirSync(home.ledgerFolder).filter((name) => name.endsWith('.ndjson'))
  return {
    open: () => open(),
    read: async () => readLedger(home).state,
    start: (...words) => start({ QWENCTL_HOME: home.root ?? '' }, words),
    readLog: () =>
      days()
        .map((name) => readFileSync(join(home.ledgerFolder, name), 'utf8'))
        .join(''),
    isWriterAlive: (_ledger, id) => isWriterAlive(id),
    silence: () => undefined,
    async writeCheckpoint() {
      const ledger = await open({ checkpoints: AT_ONCE })
      await ledger.record([{ type: 'clear', subject: 'none' }])
      await ledger.close()
    },
    changeCheckpoint(change) {
      const text = readFileSync(home.countersFile, 'utf8')
      writeFileSync(home.countersFile, change(text))
    },
    removeCheckpoint: () => rmSync(home.countersFile),
  }
}

let server: Promise<RedisServer> | null = null
let homes = 0

/** A home has a prefix of its own on the server. */
async function givenRedis(): Promise<LedgerHome> {
  const { url, command } = await givenServer()
  const prefix = `home-${(homes += 1)}`
  const newStore = () => {
    const store = new SharedStore({ url, prefix, ack: 'primary' })
    onTestFinished(() => store.close())
    return store
  }
  const reader = newStore()
  const { keys } = reader
  return {
    open: async () => closeLater(await newStore().openLedger()),
    read: async () => (await reader.readLedger()).state,
    start: (...words) => start({ QWENCTL_STORE_URL: url, QWENCTL_STORE_PREFIX: prefix }, words),
    readLog: () => command('XRANGE', keys.log, '-', '+'),
    isWriterAlive: ({ log }, id) => (log as RedisEventLog).isWriterAlive(id),
    silence: (id) => void command('ZADD', keys.alive, '1', id.slice(0, id.lastIndexOf('-'))),
    writeCheckpoint: async () =>
      void (await writeCheckpoint(reader.link, keys, (await reader.readLedger()).fold)),
    changeCheckpoint: (change) =>
      void command('HSET', keys.checkpoint, 'text', change(command('HGET', keys.checkpoint, 'text'))),
    removeCheckpoint: () => void command('DEL', keys.checkpoint),
  }
}

async function givenServer() {
  server ??= RedisServer.start()
  const started = await server
  return { url: started.url, command: (...args: string[]) => started.command(...args) }
}

/** Runs one counting process to its end. Returns the ids that it was granted. */
export async function count(home: LedgerHome, ...words: string[]): Promise<string[]> {
  const child = home.start(...words)
  let output = ''
  child.stdout!.on('data', (text: string) => (output += text))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  expect(signal === 'SIGKILL' ? 0 : code).toBe(0)
  return output.split('\n').filter(Boolean)
}

export function setLimits(ledger: TicketLedger, account: string, ...texts: string[]): Promise<void> {
  const limits = texts.map((text) => {
    const { metric, window, max } = parseLimit(text)
    return { metric, window, max, source: 'configured' as const }
  })
  return ledger.record([{ type: 'limits', account, limits }])
}

/** Settles, and resolves when the settlement is in the log. */
export async function settle(
  ledger: TicketLedger,
  ...[reservation, settlement]: Parameters<TicketLedger['settle']>
) {
  ledger.settle(reservation, settlement)
  await ledger.record([{ type: 'clear', subject: 'none' }])
}
