// The cost of a request through qwenctl, compared with nginx and other proxies in the same run:
// `node bench/proxy.ts [--quick] [--check] [--only qwenctl,nginx] [--scenarios chat,stream,large]
// [--scenarios memory [--minutes 10]] [--connections 1,32,256] [--accounts 3] [--rounds 3] [--seconds 4]`
import { mkdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { checkExactness, type Exactness } from './support/exactness.ts'
import { applyLoad, generator } from './support/load.ts'
import { describeMachine } from './support/machine.ts'
import { endWithUs, footprint, removeFolder, stopAll, temporaryFolder } from './support/processes.ts'
import { measureMemory } from './support/memory.ts'
import { readBusy, proxyGates } from './support/proxy-gates.ts'
import type { Row, ScenarioName } from './support/row.ts'
import { exitCode, print, table, type Section } from './support/report.ts'
import { median, show } from './support/statistics.ts'
import { subjects, type Subject } from './support/subjects.ts'
import { startStreams, startStub, type Upstream } from './support/upstream.ts'
import { EVENTS_PER_STREAM, writeWorkload, type Workload } from './support/workload.ts'
import { installPeers } from './setup.ts'

export interface ProxyOptions {
  only: string[]
  scenarios: ScenarioName[]
  connections: number[]
  accounts: number
  rounds: number
  seconds: number
}

const cores = cpus().length
/** The proxy has the first core; the load and its upstream share the second, unless there is a third. */
export const core = {
  proxy: cores > 1 ? 0 : null,
  load: cores > 1 ? 1 : null,
  upstream: cores > 2 ? 2 : cores > 1 ? 1 : null,
}
const WARM_UP_SECONDS = 3

export async function measureProxies(options: ProxyOptions): Promise<Section> {
  installPeers()
  const folder = temporaryFolder()
  try {
    const workload = writeWorkload(folder)
    const rows: Row[] = []
    let exactness: Exactness | null = null
    for (const scenario of options.scenarios) {
      const place = join(folder, scenario)
      mkdirSync(place)
      const measured = await measureScenario(scenario, { folder: place, workload, options })
      rows.push(...measured.rows)
      exactness ??= measured.exactness
    }
    const markdown = [...describe(rows, options), ...describeExactness(exactness)].join('\n\n')
    return { title: 'Through a proxy', markdown, gates: proxyGates(rows, exactness) }
  } finally {
    await stopAll()
    removeFolder(folder)
  }
}

interface Stage {
  folder: string
  workload: Workload
  options: ProxyOptions
}

interface Measurement {
  rows: Row[]
  exactness: Exactness | null
}

async function measureScenario(name: ScenarioName, stage: Stage): Promise<Measurement> {
  const { folder, workload, options } = stage
  const upstream =
    name === 'stream'
      ? await startStreams(workload, core.upstream)
      : await startStub(folder, workload, { core: core.upstream, readsBody: name === 'large' })
  const present = await startSubjects(name, stage, upstream)
  for (const subject of present)
    await load(name, subject, { workload, connections: 32, seconds: WARM_UP_SECONDS })
  const rows: Row[] = []
  const levels = name === 'chat' ? options.connections : [name === 'stream' ? 64 : 32]
  for (const connections of levels)
    rows.push(...(await measureLevel(name, present, { ...stage, connections })))
  let exactness: Exactness | null = null
  for (const subject of present) {
    if (name === 'chat') exactness ??= await checkExactness(subject, upstream, workload)
    await subject.process?.stop()
  }
  await upstream.stop()
  return { rows, exactness }
}

async function startSubjects(name: ScenarioName, stage: Stage, upstream: Upstream): Promise<Subject[]> {
  const present: Subject[] = []
  for (const [title, { start, isInstalled }] of Object.entries(subjects)) {
    if (!stage.options.only.includes(title)) continue
    if (!isInstalled()) {
      console.error(`bench: ${title} is not installed and is left out`)
      continue
    }
    const folder = join(stage.folder, title)
    mkdirSync(folder)
    try {
      const subject = await start({
        folder,
        upstreamPort: upstream.port,
        core: core.proxy,
        accounts: stage.options.accounts,
        isStream: name === 'stream',
      })
      await probe(name, subject, stage.workload)
      present.push(subject)
    } catch (error) {
      // The other subjects are still measured; a gate that needs the missing one fails.
      console.error(`bench: ${title} is left out of ${name}: ${String(error)}`)
    }
  }
  return present
}

/** A subject must return the upstream's own content to be measured. */
async function probe(name: ScenarioName, subject: Subject, workload: Workload): Promise<void> {
  const response = await fetch(buildUrl(subject), {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer bench', ...subject.headers },
    body: await readFile(buildBodyPath(name, workload)),
  })
  const text = await response.text()
  const isRight =
    name === 'stream'
      ? text.endsWith('data: [DONE]\n\n')
      : response.headers.get('content-type')?.startsWith('application/json') &&
        JSON.stringify(JSON.parse(text)) === workload.reply
  if (!response.ok || !isRight) {
    throw new Error(`${subject.name} answered ${response.status}: ${text.slice(0, 300)}`)
  }
}

async function measureLevel(
  name: ScenarioName,
  present: Subject[],
  stage: Stage & { connections: number },
): Promise<Row[]> {
  const samples = new Map<Subject, Row[]>(present.map((subject) => [subject, []]))
  for (let round = 0; round < stage.options.rounds; round++) {
    for (const subject of present) {
      const row = await load(name, subject, { ...stage, seconds: stage.options.seconds })
      samples.get(subject)?.push(row)
      await untilIdle(subject)
    }
  }
  return present.map((subject) => medians(samples.get(subject) ?? []))
}

const IDLE_LOOK_MS = 250
const IDLE_SHARE = 0.01
const MOST_IDLE_LOOKS = 20

/**
 * Waits until a subject finishes the work after its load, which would affect the next one: collections, and closing
 * connections.
 */
async function untilIdle({ process: started }: Subject): Promise<void> {
  if (started === null) return
  const spentUs = () => footprint(started.pid)?.cpuUs ?? 0
  for (let look = 0, before = spentUs(); look < MOST_IDLE_LOOKS; look++) {
    await new Promise((resolve) => setTimeout(resolve, IDLE_LOOK_MS))
    const now = spentUs()
    if (now - before < IDLE_LOOK_MS * 1000 * IDLE_SHARE) return
    before = now
  }
}

interface Level {
  workload: Workload
  connections: number
  seconds: number
}

async function load(name: ScenarioName, subject: Subject, level: Level): Promise<Row> {
  const look = () => (subject.process === null ? null : footprint(subject.process.pid))
  const before = look()
  const measured = await applyLoad({
    url: buildUrl(subject),
    bodyFile: buildBodyPath(name, level.workload),
    headers: subject.headers,
    connections: level.connections,
    seconds: level.seconds,
    core: core.load,
  })
  const after = look()
  const isCut = name === 'stream' && measured.bytesPerAnswer < level.workload.streamBytes * 0.99
  return {
    scenario: name,
    subject: subject.name,
    connections: level.connections,
    perSecond: measured.perSecond,
    p50Ms: measured.p50Ms,
    p99Ms: measured.p99Ms,
    errors: measured.errors + (isCut ? 1 : 0),
    cpuUs: before && after ? (after.cpuUs - before.cpuUs) / measured.requests : null,
    rssMb: after?.rssMb ?? null,
    peakMb: after?.peakMb ?? null,
  }
}

function medians(rows: Row[]): Row {
  const [first] = rows
  if (first === undefined) throw new Error('no round was measured')
  const of = (pick: (row: Row) => number) => median(rows.map(pick))
  const orNull = (pick: (row: Row) => number | null) =>
    pick(first) === null ? null : of((row) => pick(row) ?? 0)
  return {
    ...first,
    perSecond: of((row) => row.perSecond),
    p50Ms: of((row) => row.p50Ms),
    p99Ms: of((row) => row.p99Ms),
    errors: rows.reduce((sum, row) => sum + row.errors, 0),
    cpuUs: orNull((row) => row.cpuUs),
    rssMb: orNull((row) => row.rssMb),
    peakMb: orNull((row) => row.peakMb),
  }
}

const buildUrl = (subject: Subject) => `http://127.0.0.1:${subject.port}/v1/chat/completions`
const buildBodyPath = (name: ScenarioName, workload: Workload) =>
  ({ chat: workload.chatBody, stream: workload.streamBody, large: workload.largeBody })[name]

const titles: Record<ScenarioName, string> = {
  chat: '1.3 KB requests, 1.6 KB replies',
  stream: `streams of ${EVENTS_PER_STREAM} events`,
  large: '400 KB requests, 1.6 KB replies',
}

function describe(rows: Row[], options: ProxyOptions): string[] {
  const place = cores > 1 ? 'the proxy alone on one core' : 'everything on one core'
  const intro = `Medians of ${options.rounds} interleaved rounds of ${options.seconds} s with ${generator}, ${place}; qwenctl with ${options.accounts} accounts, ledger and usage counting on. "× nginx" is a share of nginx's requests per second in the same rounds.`
  const groups = Map.groupBy(rows, (row) => `${titles[row.scenario]}, ${row.connections} connections`)
  return [intro, ...[...groups].flatMap(([title, group]) => [`### ${title}`, formatTable(group)])]
}

function describeExactness(exactness: Exactness | null): string[] {
  if (exactness === null) return []
  const { sent, seen, counted } = exactness
  return [
    `Exactness: ${show(sent)} requests sent, ${show(seen)} seen by the upstream, ${show(counted)} counted.`,
  ]
}

function formatTable(rows: Row[]): string {
  const nginx = rows.find((row) => row.subject === 'nginx')
  const isStream = rows[0]?.scenario === 'stream'
  const head = [
    'subject',
    'requests/s',
    '× nginx',
    'p50 ms',
    'p99 ms',
    'CPU µs/request',
    'core busy',
    'RSS MB',
    'peak MB',
    'errors',
  ]
  if (isStream) head.splice(2, 0, 'events/s')
  const lines = rows.map((row) => {
    const cells = [
      row.subject,
      show(row.perSecond),
      nginx === undefined ? '' : show(row.perSecond / nginx.perSecond),
      show(row.p50Ms),
      show(row.p99Ms),
      row.cpuUs === null ? '' : show(row.cpuUs),
      percent(readBusy(row)),
      row.rssMb === null ? '' : show(row.rssMb),
      row.peakMb === null ? '' : show(row.peakMb),
      row.errors === 0 ? '0' : `${row.errors} (invalid)`,
    ]
    if (isStream) cells.splice(2, 0, show(row.perSecond * EVENTS_PER_STREAM))
    return cells
  })
  return table(head, lines)
}

function percent(share: number | null): string {
  return share === null ? '' : `${Math.round(share * 100)} %`
}

function list(text: string): string[] {
  return text.split(',').filter((item) => item !== '')
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      only: { type: 'string', default: Object.keys(subjects).join(',') },
      scenarios: { type: 'string' },
      connections: { type: 'string' },
      accounts: { type: 'string', default: '3' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string' },
      minutes: { type: 'string', default: '10' },
    },
  })
  endWithUs()
  console.log(describeMachine(new Date()))
  const scenarios = list(values.scenarios ?? (values.quick ? 'chat' : 'chat,stream,large'))
  const options = {
    only: list(values.only),
    scenarios: scenarios.filter((name) => name !== 'memory') as ScenarioName[],
    connections: list(values.connections ?? (values.quick ? '32' : '1,32,256')).map(Number),
    accounts: Number(values.accounts),
    rounds: Number(values.rounds),
    seconds: Number(values.seconds ?? (values.quick ? 2 : 4)),
  }
  const sections: Section[] = []
  if (options.scenarios.length > 0) sections.push(await measureProxies(options))
  if (scenarios.includes('memory'))
    sections.push(await measureMemory({ accounts: options.accounts, minutes: Number(values.minutes), core }))
  sections.forEach(print)
  const gates = sections.flatMap((section) => section.gates)
  process.exitCode = exitCode(gates, values.check)
}
