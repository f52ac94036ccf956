// The results of `npm run test:clients` as a table.

import { readFileSync, writeFileSync } from 'node:fs'
import { agents } from '../test/clients/agents/agents.ts'
import { table } from './docs/markdown.ts'

/** A line of the report that the tests write. */
export interface RunReport {
  agent: string
  situation: string
  exit: number | null
  isDone: boolean
  /** Sent to the proxy. */
  requests: number
  seconds: number
  faults: string[]
}

const columns: readonly [id: string, title: string][] = [
  ['a', 'Chat account'],
  ['b', 'Messages account'],
  ['r', 'Responses account'],
  ['g', 'Gemini account'],
  ['c', 'Failover to another format'],
  ['d', 'All accounts out'],
  ['e', 'Cut stream, chat'],
  ['em', 'Cut stream, Messages'],
]

const HEAD = ['Agent', 'Tried on', ...columns.map(([, title]) => title)]

/** Rows of the table: the cells by the name and version of the agent. */
type Rows = ReadonlyMap<string, readonly string[]>

/** The table in Markdown. `known`: the rows of earlier runs; their cells stay where this run has none. */
export function describeRuns(runs: readonly RunReport[], known: Rows = new Map()): string {
  const day = new Date().toISOString().slice(0, 10)
  const rows = agents.flatMap(({ id, title, version }) => {
    const name = `${title} ${version}`
    const own = runs.filter(({ agent }) => agent === id)
    const before = known.get(name)
    if (own.length === 0) return before === undefined ? [] : [[...before]]
    const cells = columns.map(([situation], index) => {
      const run = own.find((one) => one.situation === situation)
      return run === undefined ? (before?.[index + 2] ?? '-') : describeRun(run)
    })
    return [[name, day, ...cells]]
  })
  return table(HEAD, rows)
}

function readRows(text: string): Rows {
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| Agent') && !line.startsWith('| ---'))
    .map((line) => line.slice(2, -2).split(' | '))
  return new Map(rows.map((cells) => [cells[0]!, cells]))
}

function describeRun(run: RunReport): string {
  if (run.faults.length > 0) return `fails: ${run.faults.join('; ')}`
  const requests = `${run.requests} ${run.requests === 1 ? 'request' : 'requests'}`
  if (run.situation === 'd') return run.exit === null ? `waits (${requests} in 40 s)` : `ends (${requests})`
  return run.isDone ? `done (${requests})` : `ends with the error (${requests})`
}

const START = '<!-- clients:start -->'
const END = '<!-- clients:end -->'

/** Writes the table between its marks in a page. Results of agents and situations that were not run now stay. */
export function writeTable(file: string, runs: readonly RunReport[]): void {
  const page = readFileSync(file, 'utf8')
  const [before, rest] = page.split(START)
  const [old, after] = rest?.split(END) ?? []
  if (before === undefined || old === undefined || after === undefined)
    throw new Error(`${file} has no place for the table`)
  writeFileSync(file, `${before}${START}\n\n${describeRuns(runs, readRows(old))}\n\n${END}${after}`)
}
