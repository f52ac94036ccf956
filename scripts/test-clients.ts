// `npm run test:clients` runs real agents and SDKs over the built program, in a network namespace without a way out.
// It installs them into a cache of its own first. Names of agents choose some; `--write` writes the table of results
// into docs/guide/clients.md.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { agents, agentFolder, isInstalled, type Agent } from '../test/clients/agents/agents.ts'
import { areInstalled, cachedPackages } from '../test/clients/agents/cached-sdks.ts'
import { describeRuns, writeTable, type RunReport } from './clients-table.ts'

const root = join(import.meta.dirname, '..')
const args = process.argv.slice(2)
const writes = args.includes('--write')
const names = args.filter((arg) => !arg.startsWith('--'))
const unknown = names.find((name) => agents.every(({ id }) => id !== name))
if (unknown !== undefined) {
  console.error(`There is no agent ${unknown}. Choose from ${agents.map(({ id }) => id).join(', ')}.`)
  process.exit(2)
}
const chosen = agents.filter(({ id }) => names.length === 0 || names.includes(id))

for (const agent of chosen) if (!isInstalled(agent)) installAgent(agent)
if (names.length === 0 && !areInstalled) installPackages(agentFolder(cachedPackages), cachedPackages.packages)
const missing = chosen.filter((agent) => !isInstalled(agent))
for (const { title } of missing) console.error(`${title} cannot be installed here, and is left out.`)

const folder = mkdtempSync(join(tmpdir(), 'qwenctl-clients-'))
const report = join(folder, 'runs.ndjson')
const status = runTests(report)
const runs = existsSync(report)
  ? readFileSync(report, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunReport)
  : []
rmSync(folder, { recursive: true })
console.log(describeRuns(runs))
if (writes && runs.length > 0) writeTable(join(root, 'docs', 'guide', 'clients.md'), runs)
process.exit(status)

function installAgent(agent: Agent): void {
  console.error(`installing ${agent.title} ${agent.version}`)
  const place = agentFolder(agent)
  const isDone = installPackages(place, [`${agent.package}@${agent.version}`])
  if (!isDone || agent.installScript === undefined) return
  spawnSync(process.execPath, [agent.installScript], {
    cwd: join(place, 'node_modules', agent.package),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

/** npm chooses versions by the Node that runs it, so this one comes first. Install scripts run by name only. */
function installPackages(place: string, specs: readonly string[]): boolean {
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, 'package.json'), '{"private":true,"type":"module"}\n')
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH}` }
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts']
  const npm = spawnSync('npm', ['install', ...flags, ...specs], {
    cwd: place,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  return npm.status === 0
}

function runTests(file: string): number {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const titles = chosen.map(({ title }) => title).join('|')
  const command = [process.execPath, vitest, 'run', 'test/clients', '--maxWorkers=1', '--testTimeout=150000']
  if (names.length > 0) command.push('-t', titles)
  const env = { ...process.env, QWENCTL_TEST_CLIENTS_ALL: '1', QWENCTL_TEST_CLIENTS_REPORT: file }
  const [program = '', ...rest] = isolated(command)
  return spawnSync(program, rest, { cwd: root, env, stdio: 'inherit' }).status ?? 1
}

/** The command in a network namespace that has only this machine, where the system allows it. */
function isolated(command: string[]): string[] {
  const probe = spawnSync('unshare', ['-rn', 'ip', 'link', 'set', 'lo', 'up'], { stdio: 'ignore' })
  if (probe.status === 0)
    return ['unshare', '-rn', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...command]
  console.error('The agents run with the network of this machine: it allows no namespace without one.')
  return command
}
