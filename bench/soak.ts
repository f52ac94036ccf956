// A proxy under faults for ten minutes: the upstream fails in many ways, and clients leave half-way. At the end
// every request must be accounted for, and memory must not have grown:
// node bench/soak.ts [--minutes 10] [--check] [--seed 1] [--clients 24] [--write]
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { seeded } from './support/chance.ts'
import { startFaultyUpstream, type FaultyUpstream } from './support/faulty-upstream.ts'
import { describeMachine } from './support/machine.ts'
import {
  endWithUs,
  footprint,
  freePort,
  removeFolder,
  stopAll,
  temporaryFolder,
} from './support/processes.ts'
import { qwenctlJson, startQwenctlOver } from './support/qwenctl.ts'
import { exitCode, gateTable, table, writeResults, type Gate } from './support/report.ts'
import { ends, sendUntil, type End } from './support/soak-clients.ts'
import { median, show } from './support/statistics.ts'

const ACCOUNTS = ['a', 'b', 'c', 'd', 'e', 'f']
const SAMPLE_MS = 2000
/** The first part of a run fills caches and lets V8 settle its heap size. */
const SETTLING_SHARE = 0.25
/** The most that memory may grow after the warm-up. */
const FLAT_MB = 15
/** Short, so that a silent upstream costs a request two seconds and not minutes. */
const TIMEOUTS = { QWENCTL_HEADERS_TIMEOUT_MS: '2000', QWENCTL_IDLE_TIMEOUT_MS: '3000' }

interface AccountCount {
  name: string
  seen: number
  counted: number
  open: number
  /** Succeeded and failed requests, as in `quota show`. */
  ended: number
}

export interface Soak {
  sent: Map<End, number>
  accounts: AccountCount[]
  /** Requests that the proxy answered, refused or lost to a leaving client. */
  recorded: number
  memoryMb: number[]
  dealt: FaultyUpstream['dealt']
  seconds: number
}

export async function soak(options: { minutes: number; seed: number; clients: number }): Promise<Soak> {
  const random = seeded(options.seed)
  const upstream = await startFaultyUpstream(random)
  const folder = temporaryFolder()
  try {
    const port = await freePort()
    const baseUrls = Object.fromEntries(ACCOUNTS.map((name) => [name, upstream.baseUrl(name)]))
    const proxy = await startQwenctlOver({ folder, port, baseUrls, env: TIMEOUTS })
    const startedAt = Date.now()
    const until = startedAt + options.minutes * 60_000
    const memoryMb: number[] = []
    const sampling = sampleUntil(until, () => memoryMb.push(footprint(proxy.pid)?.rssMb ?? Number.NaN))
    const sent = await sendUntil({ port, atOnce: options.clients, until, random })
    await sampling
    const recorded = await recordedBy(port)
    const accounts = await settledAccounts(folder, upstream)
    await proxy.stop()
    const seconds = (Date.now() - startedAt) / 1000
    return { sent, accounts, recorded, memoryMb, dealt: upstream.dealt, seconds }
  } finally {
    await stopAll()
    await upstream.stop()
    removeFolder(folder)
  }
}

async function sampleUntil(until: number, sample: () => void): Promise<void> {
  while (Date.now() < until) {
    sample()
    await delay(SAMPLE_MS)
  }
}

/** The sum of `qwenctl_requests_total`. */
async function recordedBy(port: number): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  const values = [...text.matchAll(/^qwenctl_requests_total\{[^}]*\} (\d+)/gm)]
  return values.reduce((sum, [, value]) => sum + Number(value), 0)
}

interface QuotaJson {
  accounts: {
    name: string
    unsettled: number
    limits: { reserved: number }[]
    today: { requests: number; succeeded: number; failed: number }
  }[]
}

/** Waits until nothing is in flight, for at most 30 seconds: a later request would hang permanently. */
async function settledAccounts(folder: string, upstream: FaultyUpstream): Promise<AccountCount[]> {
  for (let tries = 0; ; tries++) {
    const { accounts } = (await qwenctlJson(folder, ['quota', 'show'])) as QuotaJson
    const counts = accounts.map(({ name, today, limits, unsettled }) => ({
      name,
      seen: upstream.seen.get(name) ?? 0,
      counted: today.requests,
      open: unsettled + Math.max(0, ...limits.map(({ reserved }) => reserved)),
      ended: today.succeeded + today.failed,
    }))
    if (tries >= 30 || counts.every(({ open }) => open === 0)) return counts
    await delay(1000)
  }
}

const total = (counts: ReadonlyMap<string, number>) =>
  [...counts.values()].reduce((sum, count) => sum + count, 0)

export function soakGates({ sent, accounts, recorded, memoryMb, dealt }: Soak): Gate[] {
  const sum = (pick: (account: AccountCount) => number) => accounts.reduce((all, each) => all + pick(each), 0)
  const [seen, counted, open, ended] = [
    sum((a) => a.seen),
    sum((a) => a.counted),
    sum((a) => a.open),
    sum((a) => a.ended),
  ]
  // Counted but possibly never read: requests in transit when their client left or their connection was lost.
  const unread = (sent.get('left') ?? 0) + (dealt.get('connection lost at once') ?? 0)
  const isCounted = accounts.every((a) => a.counted >= a.seen) && counted - seen <= unread
  const settled = memoryMb.slice(Math.floor(memoryMb.length * SETTLING_SHARE))
  const third = Math.ceil(settled.length / 3)
  const growth = median(settled.slice(-third)) - median(settled.slice(0, third))
  const gate = (name: string, wanted: string, measured: string, isMet: boolean): Gate => ({
    name,
    wanted,
    measured,
    isMet,
  })
  return [
    gate(
      'requests seen by the upstream are counted',
      `all, and at most ${show(unread)} that were lost on their way`,
      `${show(seen)} seen, ${show(counted)} counted`,
      isCounted,
    ),
    gate(
      'every reservation was settled',
      'none open',
      `${show(open)} open, ${show(counted - ended)} without an end`,
      open === 0 && counted === ended,
    ),
    gate(
      'every request of a client has its record',
      show(total(sent)),
      show(recorded),
      recorded === total(sent),
    ),
    gate('no client waited forever', '0', show(sent.get('hung') ?? 0), (sent.get('hung') ?? 0) === 0),
    gate(
      'memory stays flat',
      `≤ ${FLAT_MB} MB more`,
      `${show(growth)} MB, ${show(Math.max(...memoryMb))} MB at most`,
      growth <= FLAT_MB,
    ),
  ]
}

export function describeSoak({ sent, accounts, dealt, seconds }: Soak): string {
  const requests = total(sent)
  return [
    `${show(requests)} requests in ${show(Math.round(seconds))} s (${show(Math.round(requests / seconds))}/s): ${ends
      .map((end) => `${show(sent.get(end) ?? 0)} ${end}`)
      .join(', ')}.`,
    `What the upstream did: ${[...dealt].map(([fault, count]) => `${fault} ${show(count)}`).join(', ')}.`,
    table(
      ['account', 'seen by the upstream', 'counted', 'still open'],
      accounts.map(({ name, seen, counted, open }) => [name, show(seen), show(counted), show(open)]),
    ),
  ].join('\n\n')
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      clients: { type: 'string', default: '24' },
      check: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  })
  endWithUs()
  const machine = describeMachine(new Date())
  console.log(machine)
  const result = await soak({
    minutes: Number(values.minutes),
    seed: Number(values.seed),
    clients: Number(values.clients),
  })
  const gates = soakGates(result)
  const words = `${describeSoak(result)}\n\n${gateTable(gates)}`
  console.log(`\n${words}`)
  if (values.write) writeResults(join(import.meta.dirname, 'README.md'), `${machine}\n\n${words}`, 'soak')
  process.exitCode = exitCode(gates, values.check)
}
