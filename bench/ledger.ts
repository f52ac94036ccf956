// The cost of counting: reserving and settling a request, and starting a process on a busy day.
// node bench/ledger.ts [--requests 20000] [--rounds 5] [--events 1000000] [--check]
import { spawnSync } from 'node:child_process'
import { appendFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { resolveHome } from '../src/lib/store/home.ts'
import type { TicketLedger } from '../src/lib/store/ledger/ticket-ledger.ts'
import { openLedger } from '../src/lib/store/ledger/open-ledger.ts'
import { describeMachine } from './support/machine.ts'
import { endWithUs, removeFolder, temporaryFolder } from './support/processes.ts'
import { exitCode, print, table, type Gate, type Section } from './support/report.ts'
import { median, show } from './support/statistics.ts'

export interface LedgerOptions {
  requests: number
  rounds: number
  events: number
}

const IN_FLIGHT = [1, 32, 256]
const ACCOUNTS = [3, 100, 10_000]
/** Just below the number of events at which a running process writes the next checkpoint. */
const TAIL_EVENTS = 19_998
const START_RUNS = 7

interface Candidate {
  accounts: string[]
  ledger: TicketLedger
}

export async function measureLedger(options: LedgerOptions): Promise<Section> {
  const folder = temporaryFolder()
  try {
    const costs = await measureRequests(folder, options)
    const starts = await measureStarts(join(folder, 'day'), options)
    return describe(costs, starts, options)
  } finally {
    removeFolder(folder)
  }
}

/** A calendar window and a rolling one, since most accounts have both; neither is ever full. */
async function openWith(folder: string, count: number): Promise<Candidate> {
  const ledger = await openLedger(resolveHome({ QWENCTL_HOME: folder }))
  const accounts = Array.from({ length: count }, (_, index) => `acc_${String(index).padStart(16, '0')}`)
  const limit = (window: string, max: number) =>
    ({ metric: 'requests', window, max, source: 'configured' }) as const
  await ledger.record(
    accounts.map((account) => ({ type: 'limits', account, limits: [limit('day', 1e9), limit('5h', 1e9)] })),
  )
  return { accounts, ledger }
}

interface Cost {
  accounts: number
  inFlight: number
  us: number
}

async function measureRequests(folder: string, options: LedgerOptions): Promise<Cost[]> {
  const candidates: Candidate[] = []
  for (const count of ACCOUNTS) candidates.push(await openWith(join(folder, String(count)), count))
  const cells = candidates.flatMap((candidate) =>
    IN_FLIGHT.map((inFlight) => ({ candidate, inFlight, samples: [] as number[] })),
  )
  for (const { candidate, inFlight } of cells) await serve(candidate, inFlight, options.requests / 4)
  for (let round = 0; round < options.rounds; round++) {
    for (const { candidate, inFlight, samples } of cells) {
      samples.push(await serve(candidate, inFlight, options.requests))
    }
  }
  for (const { ledger } of candidates) await ledger.close()
  return cells.map(({ candidate, inFlight, samples }) => ({
    accounts: candidate.accounts.length,
    inFlight,
    us: median(samples),
  }))
}

/** Microseconds per request, reserved and settled, with that many requests at once and no work in between. */
async function serve({ accounts, ledger }: Candidate, inFlight: number, requests: number): Promise<number> {
  let next = 0
  const work = async () => {
    while (next < requests) {
      const account = accounts[next++ % accounts.length] ?? ''
      const reservation = await ledger.reserve({ account })
      if (reservation === null) throw new Error('a limit that cannot be reached was reached')
      const tokens = { inputTokens: 310, outputTokens: 290 }
      ledger.settle(reservation, {
        outcome: 'ok',
        status: 200,
        model: 'bench-model',
        latencyMs: 12,
        ...tokens,
      })
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: inFlight }, work))
  return ((performance.now() - began) * 1000) / requests
}

interface Starts {
  megabytes: number
  emptyMs: number
  atCheckpointMs: number
  withTailMs: number
  wholeDayMs: number
}

async function measureStarts(folder: string, options: LedgerOptions): Promise<Starts> {
  const nothing = join(folder, 'empty')
  await (await openWith(nothing, 3)).ledger.close()
  const home = join(folder, 'busy')
  const busy = await openWith(home, 100)
  await serve(busy, 256, options.events / 2)
  await busy.ledger.close()
  const ledgerFolder = join(home, 'ledger')
  const day = join(ledgerFolder, readdirSync(ledgerFolder).findLast((name) => name.endsWith('.ndjson')) ?? '')
  const emptyMs = start(nothing)
  const atCheckpointMs = start(home)
  appendTail(day, busy.accounts)
  const withTailMs = start(home)
  rmSync(join(home, 'counters.json'))
  return {
    megabytes: statSync(day).size / 2 ** 20,
    emptyMs,
    atCheckpointMs,
    withTailMs,
    wholeDayMs: start(home),
  }
}

/** Appends events of another process, written after the checkpoint. */
function appendTail(file: string, accounts: string[]): void {
  const at = new Date().toISOString()
  const lines = Array.from({ length: TAIL_EVENTS / 2 }, (_, index) => {
    const id = `bench-${index.toString(36)}`
    const reserve = { type: 'reserve', id, account: accounts[index % accounts.length], at }
    const settle = { type: 'settle', id, at, outcome: 'ok', status: 200, inputTokens: 310, outputTokens: 290 }
    return `${JSON.stringify(reserve)}\n${JSON.stringify(settle)}\n`
  })
  appendFileSync(file, lines.join(''))
}

/** Median over fresh processes, since a warm process would look faster. */
function start(home: string): number {
  const script = join(import.meta.dirname, 'support', 'ledger-start.ts')
  const times = Array.from({ length: START_RUNS }, () => {
    const done = spawnSync(process.execPath, [script, home], { encoding: 'utf8', timeout: 120_000 })
    if (done.status !== 0) throw new Error(`the ledger did not load: ${done.stderr}`)
    return (JSON.parse(done.stdout) as { ms: number }).ms
  })
  return median(times)
}

function describe(costs: Cost[], starts: Starts, options: LedgerOptions): Section {
  const few = (inFlight: number) =>
    costs.find((cost) => cost.accounts === 3 && cost.inFlight === inFlight)?.us ?? NaN
  const rows = costs.map(({ accounts, inFlight, us }) => [
    show(accounts),
    show(inFlight),
    show(us),
    show(us / few(inFlight)),
  ])
  const startRows = [
    ['an empty day', show(starts.emptyMs)],
    [`${show(options.events)} events, checkpoint at the end`, show(starts.atCheckpointMs)],
    [
      `${show(options.events)} events, checkpoint and ${show(TAIL_EVENTS)} events after it`,
      show(starts.withTailMs),
    ],
    [
      `${show(options.events)} events (${show(starts.megabytes)} MB) and no checkpoint`,
      show(starts.wholeDayMs),
    ],
  ]
  const markdown = [
    `Reserve and settle of one request, medians of ${options.rounds} interleaved rounds of ${show(options.requests)} requests; each account with a calendar and a rolling limit.`,
    table(['accounts', 'in flight', 'µs/request', '× 3 accounts'], rows),
    `Until a fresh process knows the counts, medians of ${START_RUNS}.`,
    table(['day', 'ms'], startRows),
  ].join('\n\n')
  return { title: 'Counting', markdown, gates: buildGates(costs, few, starts) }
}

function buildGates(costs: Cost[], few: (inFlight: number) => number, starts: Starts): Gate[] {
  const flat = costs
    .filter((cost) => cost.accounts === 10_000)
    .map(({ inFlight, us }): Gate => {
      const ratio = us / few(inFlight)
      return {
        name: `10,000 accounts, ${inFlight} in flight`,
        wanted: '≤ 1.5 × 3 accounts',
        measured: show(ratio),
        isMet: ratio <= 1.5,
      }
    })
  const share = starts.withTailMs / starts.wholeDayMs
  return [
    ...flat,
    {
      name: 'start without a checkpoint',
      wanted: '≤ 1,500 ms',
      measured: show(starts.wholeDayMs),
      isMet: starts.wholeDayMs <= 1500,
    },
    {
      name: 'start with checkpoint',
      wanted: '≤ 0.1 of the whole day',
      measured: show(share),
      isMet: share <= 0.1,
    },
  ]
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      requests: { type: 'string', default: '20000' },
      rounds: { type: 'string', default: '5' },
      events: { type: 'string', default: '1000000' },
      check: { type: 'boolean', default: false },
    },
  })
  endWithUs()
  console.log(describeMachine(new Date()))
  const section = await measureLedger({
    requests: Number(values.requests),
    rounds: Number(values.rounds),
    events: Number(values.events),
  })
  print(section)
  process.exitCode = exitCode(section.gates, values.check)
}
