// Real agents over the whole program: each does a task of several turns with its own tools, in the situations that
// accounts bring. `npm run test:clients` installs them, and runs all. Without it, the installed agents do one situation.

import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { agents, isInstalled, type Agent } from './agents.ts'
import { runAgent, type AgentRun } from './run-agent.ts'
import { givenService, type Failures, type ScriptedService, type ServiceKind } from './scripted-service.ts'
import { ANSWER } from './task.ts'

interface Situation {
  id: string
  title: string
  services: (agent: Agent) => [ServiceKind, Failures][]
  /** `done`: it does its task; `told`: it ends with an error; `either`: an agent need not try again. */
  ends: 'done' | 'told' | 'either'
  timeoutSeconds?: number
}

/** The formats of two accounts, the one that serves the agent first. */
const inOrder = ({ dialect }: Agent): [ServiceKind, ServiceKind] =>
  dialect === 'messages' ? ['messages', 'chat'] : ['chat', 'messages']

const situations: readonly Situation[] = [
  { id: 'a', title: 'a chat account', services: () => [['chat', {}]], ends: 'done' },
  { id: 'b', title: 'a Messages account', services: () => [['messages', {}]], ends: 'done' },
  { id: 'r', title: 'an account of Responses alone', services: () => [['responses', {}]], ends: 'done' },
  { id: 'g', title: 'an account of Gemini alone', services: () => [['gemini', {}]], ends: 'done' },
  {
    id: 'c',
    title: 'failover in mid-task to the other format',
    ends: 'done',
    services: (agent) => {
      const [first, second] = inOrder(agent)
      return [
        [first, { answers: 2 }],
        [second, {}],
      ]
    },
  },
  {
    id: 'd',
    title: 'all accounts out',
    ends: 'told',
    timeoutSeconds: 40,
    services: () => [
      ['chat', { answers: 0 }],
      ['messages', { answers: 0 }],
    ],
  },
  { id: 'e', title: 'a cut stream of chat', services: () => [['chat', { cut: 2 }]], ends: 'either' },
  { id: 'em', title: 'a cut stream of Messages', services: () => [['messages', { cut: 2 }]], ends: 'either' },
]

/** More requests than that in 40 seconds are no patience. */
const MOST_REFUSED = 14
const MOST_REQUESTS = 20
/** An agent on a busy machine, and the proxy beside it. */
const LONGEST_MS = 180_000

const isWhole = process.env.QWENCTL_TEST_CLIENTS_ALL === '1'
const chosen = isWhole ? situations : situations.filter(({ id }) => id === 'c')
const perDialect = agents.filter(
  (agent, index) => agents.findIndex(({ dialect }) => dialect === agent.dialect) === index,
)

const installed = (isWhole ? agents : perDialect).filter(isInstalled)
if (installed.length === 0)
  test.skip('no agent is installed; npm run test:clients installs them', () => undefined)

describe.each(installed)('$title', (agent) => {
  test.each(chosen)('$id: $title', { timeout: LONGEST_MS }, async (situation) => {
    const services: ScriptedService[] = []
    for (const [kind, failures] of situation.services(agent))
      services.push(await givenService(kind, failures))
    const run = await runAgent(agent, services, { timeoutSeconds: situation.timeoutSeconds })
    const faults = findFaults(situation, services, run)
    report(agent, situation, run, services, faults)
    keepJournals(agent, situation, services)
    expect(faults, run.output.slice(-3000)).toEqual([])
  })
})

/** The faults of a run, in words. */
function findFaults({ id, ends }: Situation, services: readonly ScriptedService[], run: AgentRun): string[] {
  const faults = services.flatMap(({ kind, refusals }) =>
    refusals.map((fault) => `${kind} refused: ${fault}`),
  )
  if (services.some(({ journal }) => journal.some((entry) => entry.includes('qk_'))))
    faults.push('a client key reached a service')
  const isDone = run.exit === 0 && run.answer === ANSWER && run.output.includes('DONE')
  if (ends === 'done' && !isDone) faults.push(`not done: exit ${run.exit}, wrote ${run.answer}`)
  if (ends === 'either' && run.exit === null) faults.push('it hung')
  if (ends === 'told' && isDone) faults.push('it ended as if done')
  if (run.requests > (ends === 'told' ? MOST_REFUSED : MOST_REQUESTS)) faults.push(`${run.requests} requests`)
  if (id === 'c' && services.some(({ answered }) => answered === 0)) faults.push('one account had no part')
  if (ends === 'told' && services.some(({ asked }) => asked > 1))
    faults.push('an account was asked again while out')
  return faults
}

/** The requests of a run, to look at what went wrong. */
function keepJournals({ id }: Agent, situation: Situation, services: readonly ScriptedService[]): void {
  const folder = process.env.QWENCTL_TEST_CLIENTS_JOURNALS
  if (folder === undefined) return
  for (const { kind, journal } of services)
    writeFileSync(join(folder, `${id}-${situation.id}-${kind}.txt`), journal.join('\n'))
}

/** A line for the table of `npm run test:clients`. */
function report(
  { id }: Agent,
  situation: Situation,
  run: AgentRun,
  services: readonly ScriptedService[],
  faults: readonly string[],
): void {
  const file = process.env.QWENCTL_TEST_CLIENTS_REPORT
  if (file === undefined) return
  const { exit, requests, seconds } = run
  const isDone = run.answer === ANSWER
  const asked = services.map(({ asked: count }) => count)
  const line = { agent: id, situation: situation.id, exit, isDone, requests, seconds, asked, faults }
  appendFileSync(file, `${JSON.stringify(line)}\n`)
}
