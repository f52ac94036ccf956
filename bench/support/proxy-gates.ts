import type { Exactness } from './exactness.ts'
import type { Gate } from './report.ts'
import type { Row, ScenarioName } from './row.ts'
import { show } from './statistics.ts'

/**
 * Below this share of its core a subject was held back, and a ratio to it would flatter qwenctl.
 */
export const BUSY = 0.85

/** The share of one core that the proxy used; null for the direct way. */
export function readBusy(row: Row): number | null {
  return row.cpuUs === null ? null : (row.cpuUs * row.perSecond) / 1e6
}

/** A figure of qwenctl, as a multiple of another subject's figure in the same rounds. */
interface Promised {
  name: string
  load: ScenarioName
  connections: number
  /** The figure: requests per second. */
  figure?: 'p50Ms' | 'p99Ms' | 'peakMb'
  ours?: string
  /** Missing: the figure itself is bounded. */
  theirs?: string
  /** Its multiple is shown too: the most that a proxy may reach on this machine. */
  beside?: string
  /** The bound is on the difference of the figures, and not on their ratio. */
  isDifference?: true
  atLeast?: number
  atMost?: number
}

const chat = (name: string, connections: number, than: Partial<Promised>): Promised => ({
  name: `${name}, ${connections} connections`,
  load: 'chat',
  connections,
  ...than,
})

/** The promises of qwenctl's proxy on one core. */
const promised: Promised[] = [
  chat('share of nginx', 1, { theirs: 'nginx', atLeast: 0.33 }),
  chat('share of nginx', 32, { theirs: 'nginx', atLeast: 0.45 }),
  chat('share of nginx', 256, { theirs: 'nginx', atLeast: 0.33 }),
  chat('against http-proxy-3', 32, { theirs: 'http-proxy-3', atLeast: 1 }),
  chat('against @fastify/http-proxy', 32, { theirs: 'fastify', atLeast: 1 }),
  chat('against @portkey-ai/gateway with one account', 32, {
    theirs: 'portkey',
    beside: 'nginx',
    atLeast: 20,
  }),
  chat('against @portkey-ai/gateway with three accounts', 32, {
    theirs: 'portkey-3',
    beside: 'nginx',
    atLeast: 25,
  }),
  chat('the same without a line for each request, as it has none', 32, {
    ours: 'qwenctl-quiet',
    theirs: 'portkey-3',
    atLeast: 30,
  }),
  chat('median latency against nginx', 32, { theirs: 'nginx', figure: 'p50Ms', atMost: 3 }),
  chat('p99 against nginx', 256, { theirs: 'nginx', figure: 'p99Ms', atMost: 4 }),
  chat('10,000 accounts against 3', 32, { ours: 'qwenctl-many', theirs: 'qwenctl', atLeast: 0.95 }),
  chat('p99 of 10,000 accounts against 3', 32, {
    ours: 'qwenctl-many',
    theirs: 'qwenctl',
    figure: 'p99Ms',
    atMost: 2,
  }),
  chat('peak memory of 10,000 accounts in MB', 32, { ours: 'qwenctl-many', figure: 'peakMb', atMost: 150 }),
  chat('the log in Redis against files', 32, { ours: 'qwenctl-redis', theirs: 'qwenctl', atLeast: 0.5 }),
  chat('ms that Redis adds to the median', 32, {
    ours: 'qwenctl-redis',
    theirs: 'qwenctl',
    figure: 'p50Ms',
    isDifference: true,
    atMost: 0.5,
  }),
  { name: 'events of streams against nginx', load: 'stream', connections: 64, theirs: 'nginx', atLeast: 1 },
  { name: '400 KB bodies against nginx', load: 'large', connections: 32, theirs: 'nginx', atLeast: 0.5 },
]

/** The promises of the loads that ran; a missing subject is reported. */
export function proxyGates(rows: Row[], exactness: Exactness | null): Gate[] {
  const wasRun = ({ load, connections }: Promised) =>
    rows.some((row) => row.scenario === load && row.connections === connections)
  return [
    ...promised.filter(wasRun).map((each) => buildGate(each, rows)),
    {
      name: 'every request counted once',
      wanted: 'exactly',
      measured: exactness && `${exactness.counted} of ${exactness.seen}`,
      isMet: exactness && exactness.sent === exactness.seen && exactness.seen === exactness.counted,
    },
  ]
}

function compare({ theirs, isDifference }: Promised, ours: number, other: number): number {
  if (theirs === undefined) return ours
  return isDifference === true ? ours - other : ours / other
}

/** The multiple of the subject beside, in brackets. */
function describeMost(each: Promised, at: (subject: string) => Row | undefined): string {
  const { theirs = '', beside = '', figure = 'perSecond' } = each
  const [most, other] = [at(beside)?.[figure], at(theirs)?.[figure]]
  return most && other ? ` (${beside}: ${show(compare(each, most, other))})` : ''
}

function buildGate(each: Promised, rows: Row[]): Gate {
  const { name, load, connections, figure = 'perSecond', atLeast, atMost } = each
  const at = (subject: string) =>
    rows.find((row) => row.scenario === load && row.connections === connections && row.subject === subject)
  const ours = at(each.ours ?? 'qwenctl')
  const theirs = each.theirs === undefined ? ours : at(each.theirs)
  const wanted = atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`
  if (ours === undefined || theirs === undefined) return { name, wanted, measured: null, isMet: null }
  const ratio = compare(each, ours[figure] ?? NaN, theirs[figure] ?? NaN)
  // With a single connection every proxy waits, and streams wait for the upstream.
  const isRatio = each.theirs !== undefined
  const isHeldBack = isRatio && load !== 'stream' && connections > 1 && (readBusy(theirs) ?? 1) < BUSY
  const isRight = ratio >= (atLeast ?? 0) && ratio <= (atMost ?? Infinity)
  return {
    name,
    wanted,
    measured: `${show(ratio)}${describeMost(each, at)}${isHeldBack ? ` (machine too busy to load ${each.theirs})` : ''}`,
    isMet: isHeldBack ? null : ours.errors === 0 && theirs.errors === 0 && isRight,
  }
}
