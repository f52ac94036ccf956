// The start time of a command, as a ratio to an empty program on the same Node:
// node bench/startup.ts [--runs 15] [--check]
import { spawnSync } from 'node:child_process'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine } from './support/machine.ts'
import { canPin, endWithUs, removeFolder, temporaryFolder } from './support/processes.ts'
import { bin, environment, makeHome, requireBuild } from './support/qwenctl.ts'
import { exitCode, print, table, type Gate, type Section } from './support/report.ts'
import { median, show } from './support/statistics.ts'

const HOMES = [0, 3, 300]
/** Multiples of an empty program: of what prompts ask all the time, and of any command that only reads. */
const HOT = 1.6
const READ = 3.5
const commands: { args: string[]; wanted: number }[] = [
  { args: ['quota', 'show', '--json'], wanted: HOT },
  { args: ['auth', 'list', '--json'], wanted: HOT },
  { args: ['--version'], wanted: HOT },
  { args: ['__complete', 'bash', 'accounts', 'show', ''], wanted: HOT },
  { args: ['--help'], wanted: READ },
  { args: ['quota', 'show', '--help'], wanted: READ },
  { args: ['providers', 'list'], wanted: READ },
  { args: ['proxy', 'status'], wanted: READ },
  { args: ['config', 'list'], wanted: READ },
  { args: ['keys', 'list'], wanted: READ },
  { args: ['quota', 'show'], wanted: READ },
]
/** For homes that have an account. */
const ofOneAccount = { args: ['accounts', 'show', 'bench-1'], wanted: READ }

interface Candidate {
  title: string
  accounts: number | null
  args: string[]
  env: NodeJS.ProcessEnv
  /** The most that is allowed, as a multiple of the empty program; null: it is the empty program. */
  wanted: number | null
  times: number[]
}

export async function measureStartup(runs: number): Promise<Section> {
  requireBuild()
  const folder = temporaryFolder()
  try {
    const candidates = await candidatesIn(folder)
    // The first run of each compiles and caches, as after an update.
    for (const candidate of candidates) time(candidate)
    for (let round = 0; round < runs; round++) {
      for (const candidate of candidates) candidate.times.push(time(candidate))
    }
    return describe(candidates, runs)
  } finally {
    removeFolder(folder)
  }
}

async function candidatesIn(folder: string): Promise<Candidate[]> {
  const empty = {
    title: 'node -e 0',
    accounts: null,
    args: ['-e', '0'],
    env: process.env,
    wanted: null,
    times: [],
  }
  const candidates: Candidate[] = [empty]
  for (const accounts of HOMES) {
    const home = join(folder, String(accounts))
    await makeHome(home, accounts, 'http://127.0.0.1:9/v1')
    for (const { args, wanted } of accounts === 0 ? commands : [...commands, ofOneAccount]) {
      const title = `qwenctl ${args.join(' ')}`
      candidates.push({ title, accounts, args: [bin, ...args], env: environment(home), wanted, times: [] })
    }
  }
  return candidates
}

/** Milliseconds from start to exit. */
function time(candidate: Candidate): number {
  const isPinned = cpus().length > 1 && canPin()
  const command = isPinned ? 'taskset' : process.execPath
  const args = isPinned ? ['-c', '0', process.execPath, ...candidate.args] : candidate.args
  const began = performance.now()
  const done = spawnSync(command, args, {
    env: candidate.env,
    encoding: 'utf8',
    timeout: 30_000,
    maxBuffer: 1e8,
  })
  const elapsed = performance.now() - began
  if (done.status !== 0)
    throw new Error(`${candidate.title} failed: ${done.stderr}${done.stdout.slice(0, 300)}`)
  return elapsed
}

function describe(candidates: Candidate[], runs: number): Section {
  const [empty, ...ours] = candidates
  const base = median(empty?.times ?? [])
  const rows = candidates.map((each) => [
    each.title,
    each.accounts === null ? '' : show(each.accounts),
    show(median(each.times)),
    show(Math.min(...each.times)),
    show(median(each.times) / base),
  ])
  const gates = ours.map((each): Gate => {
    const wanted = each.wanted ?? Infinity
    const ratio = median(each.times) / base
    return {
      name: `${each.title}, ${each.accounts} accounts`,
      wanted: `≤ ${wanted} × node -e 0`,
      measured: show(ratio),
      isMet: ratio <= wanted,
    }
  })
  const head = ['command', 'accounts', 'median ms', 'min ms', '× node -e 0']
  const intro = `Medians of ${runs} interleaved runs of each, after one that fills the caches.`
  return { title: 'Starting', markdown: `${intro}\n\n${table(head, rows)}`, gates }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { runs: { type: 'string', default: '15' }, check: { type: 'boolean', default: false } },
  })
  endWithUs()
  console.log(describeMachine(new Date()))
  const section = await measureStartup(Number(values.runs))
  print(section)
  process.exitCode = exitCode(section.gates, values.check)
}
