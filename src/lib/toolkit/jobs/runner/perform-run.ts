import { formatSpan } from '../../../schedule/schedule.ts'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { formatTime } from '../../../base/iso-time.ts'
import { redact } from '../../../account/mask.ts'
import { shortReference } from '../../../account/account.ts'
import type { Account } from '../../../account/account.ts'
import { QwenctlError, isQwenctlError, readMessage } from '../../../base/errors.ts'
import { formatLocalDay } from '../../../schedule/local-times.ts'
import type { Ledger } from '../../../quota/ledger.ts'
import { wallClock } from '../../../quota/zone.ts'
import type { Job, JobAction } from '../../../schedule/job.ts'
import { accountFolder } from '../../../store/account-folder.ts'
import { prepareRunFolder } from '../../accounts/account-folders.ts'
import { ask, chooseChatModel, listModels } from '../../ask/pool-client.ts'
import type { Pool } from '../../ask/pool-client.ts'
import { programEnvironment } from '../../keys/program-environment.ts'
import type { PlanWindowView } from '../../plans/plan-views.ts'
import type { Toolkit } from '../../toolkit.ts'
import { lookUpIn, readYaml } from './account-values.ts'
import { buildPrompt, locateOutput } from './job-prompt.ts'
import { runCommand } from './run-command.ts'
import { finishedResult } from './run-result.ts'
import type { RunOrder, RunResult } from './run-result.ts'

export type { RunOrder, RunResult } from './run-result.ts'

export interface PerformParts {
  toolkit: Pick<Toolkit, 'home' | 'accounts' | 'batches' | 'quotas' | 'settings'>
  /** The pool with a key that only this account serves. */
  poolFor: (account: Account, job: Job) => Promise<Pool>
  env: NodeJS.ProcessEnv
  ledger: Pick<Ledger, 'now'>
}

/** Performs one attempt of a run. Never throws: every fault is the reason of a result. */
export async function performRun(parts: PerformParts, order: RunOrder): Promise<RunResult> {
  try {
    const { action } = order.job
    if (action.kind === 'verify') return await verifyAccount(parts, order)
    if (action.kind === 'plan') return await readPlan(parts, order)
    const run = await prepare(parts, order)
    if (action.kind === 'command') return await runProgram(parts, order, { ...run, ...action, input: null })
    if (action.kind === 'batch') return await runBatchFile(parts, order, { ...run, ...action })
    if (action.isPrime === true && !(await parts.toolkit.settings.get('jobs.prime')))
      return { ...finishedResult(''), status: 'skipped', reason: 'jobs.prime is false' }
    return await askAccount(parts, order, { ...run, action })
  } catch (error) {
    return buildResult(error, order.signal)
  }
}

interface Prepared {
  folder: string
  lookUp: (name: string) => string | null
}

async function prepare({ toolkit }: PerformParts, order: RunOrder): Promise<Prepared> {
  const { job, account, slot, number } = order
  const folder = accountFolder(toolkit.home, account)
  prepareRunFolder(folder)
  const wall = formatTime(wallClock(job.zone, slot))
  const facts = {
    account: account.name,
    provider: account.provider,
    user: account.user,
    label: account.label ?? '',
    job: job.name,
    slot: formatTime(slot),
    date: formatLocalDay(job.zone, slot),
    time: wall.slice(11, 19).replaceAll(':', ''),
  }
  return { folder, lookUp: lookUpIn({ folder, values: { ...facts, ...job.values }, number }) }
}

async function verifyAccount({ toolkit }: PerformParts, { account }: RunOrder): Promise<RunResult> {
  const { result, message } = await toolkit.accounts.verify(account.id)
  const status = result === 'accepted' || result === 'unchecked' ? 'done' : 'failed'
  return { ...finishedResult(message), status, reason: status === 'done' ? null : message }
}

/** Asks the provider for its own counts, and records them. */
async function readPlan({ toolkit }: PerformParts, { account }: RunOrder): Promise<RunResult> {
  const { document, failures } = await toolkit.quotas.refresh([account.id])
  const [failure] = failures
  if (failure !== undefined) return { ...finishedResult(''), status: 'failed', reason: failure }
  const windows = document.accounts.flatMap(({ plan }) => plan?.windows ?? [])
  if (windows.length === 0) {
    const reason = `the provider ${account.provider} tells no counts of its own`
    return { ...finishedResult(''), status: 'skipped', reason }
  }
  return finishedResult(windows.map(formatWindow).join('\n'))
}

/** `5h: 12 of 100 requests used, 88 left`, with what the provider tells. */
function formatWindow({ name, metric, used, max, percent, remaining }: PlanWindowView): string {
  const share = percent === null ? [] : [`${percent} % used`]
  const counted = used === null ? share : [`${used}${max === null ? '' : ` of ${max}`} ${metric ?? ''} used`]
  const left = remaining === null ? [] : [`${remaining} left`]
  return `${name}: ${[...counted, ...left].join(', ') || 'not known'}`
}

async function runBatchFile(
  parts: PerformParts,
  order: RunOrder,
  { folder, lookUp, file, model }: Prepared & Pick<Extract<JobAction, { kind: 'batch' }>, 'file' | 'model'>,
): Promise<RunResult> {
  const { performBatch } = await import('./perform-batch.ts')
  const pool = await parts.poolFor(order.account, order.job)
  return performBatch({ toolkit: parts.toolkit, pool, folder, lookUp, file, model }, order)
}

async function askAccount(
  parts: PerformParts,
  order: RunOrder,
  { folder, lookUp, action }: Prepared & { action: Extract<JobAction, { kind: 'ask' }> },
): Promise<RunResult> {
  const { job, account, signal } = order
  const text = buildPrompt(action, folder, lookUp)
  const pool = await parts.poolFor(account, job)
  const model = action.model ?? (await chooseModel(pool, folder))
  const timeout = AbortSignal.timeout(job.timeoutMs)
  const both = AbortSignal.any([signal, timeout])
  const question = { model, text, onPiece: null, maxTokens: action.maxTokens, signal: both }
  const { ledger } = parts
  const deadline = ledger.now() + job.timeoutMs
  let answer: string
  try {
    answer = await askPatiently(pool, question, { ledger, deadline })
  } catch (error) {
    if (timeout.aborted && !signal.aborted)
      return {
        ...finishedResult(''),
        status: 'failed',
        reason: `no answer came within ${formatSpan(job.timeoutMs)}`,
      }
    throw error
  }
  if (job.out !== null) writeAnswer(locateOutput(job.out, folder, lookUp), answer)
  if (action.command === null) return finishedResult(answer)
  return runProgram(parts, order, { folder, command: action.command, input: answer })
}

/** Waits for an unavailable account if it returns before the deadline. */
async function askPatiently(
  pool: Pool,
  question: Parameters<typeof ask>[1],
  { ledger, deadline }: { ledger: Pick<Ledger, 'now'>; deadline: number },
): Promise<string> {
  for (;;) {
    try {
      return (await ask(pool, question)).text
    } catch (error) {
      if (!isQwenctlError(error) || error.code !== 'quota_exhausted') throw error
      const waitMs = Number(error.details['retryAfterMs'] ?? Infinity)
      if (!(ledger.now() + waitMs < deadline)) throw error
      await delay(Math.max(waitMs, 250), undefined, { signal: question.signal })
    }
  }
}

async function chooseModel(pool: Pool, folder: string): Promise<string> {
  const settings = readYaml(join(folder, 'settings.yaml'))
  const own = (settings as { model?: unknown } | null)?.model
  if (typeof own === 'string' && own !== '') return own
  const model = chooseChatModel(await listModels(pool))
  if (model !== null) return model
  throw new QwenctlError('missing_answer', 'the account lists no model for chats', {
    hint: `name one with qwenctl jobs set NAME --model MODEL, or as "model" in ${join(folder, 'settings.yaml')}`,
  })
}

function writeAnswer(path: string, answer: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, answer.endsWith('\n') ? answer : `${answer}\n`, { mode: 0o600 })
}

interface Program {
  folder: string
  command: string[]
  input: string | null
}

async function runProgram(parts: PerformParts, order: RunOrder, program: Program): Promise<RunResult> {
  const { job, account, signal, onProcess } = order
  const { folder, command, input } = program
  const { url, secret } = await parts.poolFor(account, job)
  const own = job.accountKey === null ? null : await parts.toolkit.accounts.readSecret(account)
  const env = {
    ...withoutOwn(parts.env, job.passHome),
    ...programEnvironment(url, secret),
    ...runVariables(order, folder),
    ...(own === null ? {} : { [job.accountKey ?? '']: own }),
  }
  const result = await runCommand({
    command,
    folder,
    env,
    input,
    timeoutMs: job.timeoutMs,
    signal,
    onProcess,
  })
  const { status, reason, exitCode, output } = result
  const text = redact(output.text(), own === null ? [secret] : [secret, own])
  return { status, reason, exitCode, output: text, outputBytes: output.bytes }
}

/** The variables of a run. `QWENCTL_LATE` is 1 for a slot that was missed. */
function runVariables({ job, account, slot, isLate }: RunOrder, folder: string): NodeJS.ProcessEnv {
  return {
    QWENCTL_ACCOUNT: shortReference(account),
    QWENCTL_ACCOUNT_FOLDER: folder,
    QWENCTL_JOB: job.name,
    QWENCTL_SLOT: formatTime(slot),
    QWENCTL_LATE: isLate ? '1' : '0',
  }
}

/** Commands do not get the settings and secrets of qwenctl itself. */
function withoutOwn(env: NodeJS.ProcessEnv, passHome: boolean): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(
    ([name]) => !name.startsWith('QWENCTL_') || (passHome && name === 'QWENCTL_HOME'),
  )
  return Object.fromEntries(kept)
}

function buildResult(error: unknown, signal: AbortSignal): RunResult {
  if (signal.aborted) return { ...finishedResult(''), status: 'stopped', reason: String(signal.reason) }
  const isOut = isQwenctlError(error) && (error.code === 'quota_exhausted' || error.code === 'needs_action')
  const hint = isQwenctlError(error) && error.hint !== null ? `; ${error.hint}` : ''
  const reason = `${readMessage(error)}${hint}`
  return { ...finishedResult(''), status: isOut ? 'skipped' : 'failed', reason }
}
