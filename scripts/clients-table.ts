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

/** The table in Markdown. */
export function describeRuns(runs: readonly RunReport[]): string {
  const rows = agents
    .filter(({ id }) => runs.some(({ agent }) => agent === id))
    .map(({ id, title, version }) => [
      `${title} ${version}`,
      ...columns.map(([situation]) =>
        describeRun(runs.find((run) => run.agent === id && run.situation === situation)),
      ),
    ])
  return table(['Agent', ...columns.map(([, title]) => title)], rows)
}

function describeRun(run: RunReport | undefined): string {
  if (run === undefined) return '-'
  if (run.faults.length > 0) return `fails: ${run.faults.join('; ')}`
  const requests = `${run.requests} ${run.requests === 1 ? 'request' : 'requests'}`
  if (run.situation === 'd') return run.exit === null ? `waits (${requests} in 40 s)` : `ends (${requests})`
  return run.isDone ? `done (${requests})` : `ends with the error (${requests})`
}

const START = '<!-- clients:start -->'
const END = '<!-- clients:end -->'

/** Writes the table and the day between its marks in a page. */
export function writeTable(file: string, runs: readonly RunReport[]): void {
  const page = readFileSync(file, 'utf8')
  const [before, rest] = page.split(START)
  const after = rest?.split(END)[1]
  if (before === undefined || after === undefined) throw new Error(`${file} has no place for the table`)
  const day = new Date().toISOString().slice(0, 10)
  writeFileSync(file, `${before}${START}\n\nTried on ${day}.\n\n${describeRuns(runs)}\n\n${END}${after}`)
}
