import { isAbsolute, resolve } from 'node:path'
import { existsSync } from 'node:fs'
import { QwenctlError } from '../../base/errors.ts'
import { isZone } from '../../quota/zone.ts'
import type { Job, JobAction } from '../../schedule/job.ts'
import { checkSpan, parseSchedule } from '../../schedule/parse-schedule.ts'
import type { ScheduleInput } from '../../schedule/parse-schedule.ts'
import { findPlaceholders } from '../../schedule/fill-template.ts'
import { cronCalendar } from './cron-calendar.ts'

/** A job as flags or a body name it. Spans are texts: `20m`. Missing fields keep their default or present value. */
export interface JobInput extends ScheduleInput {
  zone?: string | undefined
  ask?: string | undefined
  template?: string | undefined
  model?: string | undefined
  maxTokens?: number | undefined
  command?: string[] | undefined
  verify?: boolean | undefined
  /** Read the provider's own counts. */
  plan?: boolean | undefined
  /** A batch file, with placeholders. */
  batch?: string | undefined
  /** Send the smallest request, which starts a window of a plan. */
  prime?: boolean | undefined
  spread?: string | undefined
  overlap?: string | undefined
  missed?: string | undefined
  timeout?: string | undefined
  retries?: number | undefined
  maxPerDay?: number | undefined
  /** `NAME=VALUE` */
  set?: string[] | undefined
  out?: string | undefined
  accountKey?: string | undefined
  passHome?: boolean | undefined
}

export type JobFields = Pick<
  Job,
  | 'schedule'
  | 'zone'
  | 'action'
  | 'spreadMs'
  | 'overlap'
  | 'missed'
  | 'timeoutMs'
  | 'retries'
  | 'maxPerDay'
  | 'values'
  | 'out'
  | 'accountKey'
  | 'passHome'
>

const DEFAULT_TIMEOUT_MS = 300_000
const MOST_RETRIES = 20
/** Timers of Node hold at most 24.8 days. */
const LONGEST_TIMEOUT_MS = 7 * 86_400_000
const LONGEST_SPREAD_MS = 86_400_000

/** The fields of a new job. Throws `invalid_usage` or `invalid_value` with the next step. */
export function readNewJob(input: JobInput, now: number): JobFields {
  const fields: JobFields = {
    schedule: parseSchedule(input, cronCalendar, now),
    zone: readZone(input.zone ?? 'UTC'),
    action: readAction(input),
    spreadMs: 0,
    overlap: 'skip',
    missed: 'skip',
    timeoutMs: DEFAULT_TIMEOUT_MS,
    retries: 0,
    maxPerDay: null,
    values: {},
    out: null,
    accountKey: null,
    passHome: false,
  }
  return checkFields({ ...fields, ...readOptions(input) })
}

/** The fields that change. The kind of the action changes only as a whole. */
export function readJobChanges(job: Job, input: JobInput, now: number): Partial<JobFields> {
  const { cron, every, at, afterReset, days, zone } = input
  const hasSchedule = [cron, every, at, afterReset].some((text) => text !== undefined)
  const changes: Partial<JobFields> = readOptions(input)
  if (hasSchedule) changes.schedule = parseSchedule(input, cronCalendar, now)
  else if (days !== undefined) changes.schedule = withDays(job, days, now)
  if (zone !== undefined) changes.zone = readZone(zone)
  const action = changeAction(job.action, input)
  if (action !== null) changes.action = action
  if (input.set !== undefined) changes.values = { ...job.values, ...changes.values }
  checkFields({ ...job, ...changes })
  return changes
}

function withDays(job: Job, days: string, now: number): Job['schedule'] {
  const at = job.schedule.kind === 'at' ? job.schedule.times.join(',') : undefined
  return parseSchedule({ at, days }, cronCalendar, now)
}

function readOptions(input: JobInput): Partial<JobFields> {
  const { spread, overlap, missed, timeout, retries, maxPerDay, set, out, accountKey, passHome } = input
  return {
    ...(spread === undefined ? {} : { spreadMs: checkSpan('--spread', spread, { max: LONGEST_SPREAD_MS }) }),
    ...(overlap === undefined
      ? {}
      : { overlap: readChoice('--overlap', overlap, ['skip', 'queue', 'allow'] as const) }),
    ...(missed === undefined ? {} : { missed: readChoice('--missed', missed, ['skip', 'once'] as const) }),
    ...(timeout === undefined ? {} : { timeoutMs: readTimeout(timeout) }),
    ...(retries === undefined ? {} : { retries: readCount('--retries', retries, 0, MOST_RETRIES) }),
    ...(maxPerDay === undefined
      ? {}
      : { maxPerDay: maxPerDay === 0 ? null : readCount('--max-per-day', maxPerDay, 1, 100_000) }),
    ...(set === undefined ? {} : { values: readValues(set) }),
    ...(out === undefined ? {} : { out: out === '' ? null : out }),
    ...(accountKey === undefined ? {} : { accountKey: accountKey === '' ? null : readVariable(accountKey) }),
    ...(passHome === undefined ? {} : { passHome }),
  }
}

function readTimeout(timeout: string): number {
  return checkSpan('--timeout', timeout, { min: 1, max: LONGEST_TIMEOUT_MS })
}

type Task = 'ask' | 'template' | 'verify' | 'plan' | 'batch' | 'prime'

function listTasks({ ask, template, verify, plan, batch, prime }: JobInput): Task[] {
  const given: [Task, boolean][] = [
    ['ask', ask !== undefined],
    ['template', template !== undefined],
    ['verify', verify === true],
    ['plan', plan === true],
    ['batch', batch !== undefined],
    ['prime', prime === true],
  ]
  return given.flatMap(([task, isGiven]) => (isGiven ? [task] : []))
}

const PRIME_PROMPT = 'hi'

function readAction(input: JobInput): JobAction {
  const { command = [], model = null } = input
  const [task, ...others] = listTasks(input)
  const readsAnswer = task === 'ask' || task === 'template'
  if (others.length > 0 || (task !== undefined && !readsAnswer && command.length > 0))
    throw new QwenctlError('invalid_usage', 'a job does one thing', {
      hint: 'give one of --ask TEXT, --template FILE, --verify, --plan, --batch FILE, --prime and -- COMMAND; -- COMMAND after --ask reads the answer',
    })
  switch (task) {
    case 'ask':
    case 'template':
      return askAction(input)
    case 'prime':
      return { ...askAction({ ...input, ask: PRIME_PROMPT, maxTokens: 1 }), isPrime: true }
    case 'batch':
      return { kind: 'batch', file: input.batch ?? '', model }
    case 'verify':
    case 'plan':
      return { kind: task }
    case undefined:
      if (command.length > 0) return { kind: 'command', command }
  }
  throw new QwenctlError('invalid_usage', 'a job needs something to do', {
    hint: 'give --ask TEXT, --template FILE, --verify, --plan, --batch FILE, or a command after --: -- ./report.sh',
  })
}

function askAction({
  ask,
  template,
  model,
  maxTokens,
  command,
}: JobInput): Extract<JobAction, { kind: 'ask' }> {
  if (ask?.trim() === '')
    throw new QwenctlError('invalid_value', '--ask is empty', { hint: 'write --ask "TEXT"' })
  return {
    kind: 'ask',
    text: ask ?? null,
    template: template === undefined ? null : locateTemplate(template),
    model: model ?? null,
    maxTokens: maxTokens ?? null,
    command: command === undefined || command.length === 0 ? null : command,
  }
}

/** A file here is stored with its whole path. Any other name means the account's own folder or templates.yaml. */
function locateTemplate(template: string): string {
  const path = resolve(template)
  if (isAbsolute(template) && !existsSync(path)) {
    throw new QwenctlError('invalid_value', `there is no template file ${template}`, {
      hint: 'give the path of a file, or the name of an entry in the templates.yaml of the accounts',
    })
  }
  return existsSync(path) ? path : template
}

function changeAction(action: JobAction, input: JobInput): JobAction | null {
  const { command, model, maxTokens } = input
  if (listTasks(input).length > 0) return readAction(input)
  if (action.kind === 'ask') {
    if (command === undefined && model === undefined && maxTokens === undefined) return null
    return {
      ...action,
      model: model ?? action.model,
      maxTokens: maxTokens ?? action.maxTokens,
      command: command ?? action.command,
    }
  }
  if (action.kind === 'batch' && command === undefined && model !== undefined) return { ...action, model }
  return command === undefined ? null : { kind: 'command', command }
}

function checkFields<Fields extends JobFields>(fields: Fields): Fields {
  const { action, out, accountKey, values } = fields
  if (out !== null && action.kind !== 'ask')
    throw new QwenctlError('invalid_usage', '--out is for the answer of --ask and --template', {
      hint: 'leave --out away; the output of a command is kept with its run: qwenctl jobs runs NAME --output',
    })
  const runsCommand = action.kind === 'command' || (action.kind === 'ask' && action.command !== null)
  if (accountKey !== null && !runsCommand)
    throw new QwenctlError('invalid_usage', '--account-key needs a command', { hint: 'give one after --' })
  if (action.kind === 'batch') checkBatchFile(action.file)
  if (out?.split(/[\\/]/).includes('..') === true)
    throw new QwenctlError('invalid_value', `--out ${out} leads out of the account's folder`, {
      hint: 'write a path inside of it, such as --out data/{{date}}.txt',
    })
  if (action.kind === 'ask' && action.text !== null) checkPlaceholders(action.text, values)
  return fields
}

function checkBatchFile(file: string): void {
  if (file.trim() === '')
    throw new QwenctlError('invalid_value', '--batch is empty', { hint: 'write --batch data/tasks.jsonl' })
  if (!file.split(/[\\/]/).includes('..')) return
  throw new QwenctlError('invalid_value', `--batch ${file} leads out of the account's folder`, {
    hint: 'write a path inside of it, such as --batch data/tasks.jsonl, or an absolute path',
  })
}

/** Without `--set`, a plain placeholder can never be filled. */
function checkPlaceholders(text: string, values: Record<string, string>): void {
  const missing = findPlaceholders(text).find((name) => !isFilled(name, values))
  if (missing === undefined) return
  throw new QwenctlError('invalid_usage', `nothing fills {{${missing}}}`, {
    hint: `give --set ${missing}=VALUE, or use {{keyword}}, {{settings.x}} or {{templates.x}}`,
  })
}

const BUILT_IN = ['keyword', 'account', 'job', 'slot', 'date', 'time', 'label', 'provider', 'user']

function isFilled(name: string, values: Record<string, string>): boolean {
  return (
    BUILT_IN.includes(name) || /^(settings|templates|keyword)\./.test(name) || Object.hasOwn(values, name)
  )
}

function readZone(zone: string): string {
  if (isZone(zone)) return zone
  throw new QwenctlError('invalid_value', `--zone is "${zone.slice(0, 40)}", which is not a time zone`, {
    hint: 'write an IANA name: --zone Europe/Berlin',
  })
}

function readChoice<const Choice extends string>(
  flag: string,
  text: string,
  choices: readonly Choice[],
): Choice {
  const choice = choices.find((known) => known === text)
  if (choice !== undefined) return choice
  throw new QwenctlError('invalid_value', `${flag} is "${text.slice(0, 40)}"`, {
    hint: `write ${choices.map((known) => `${flag} ${known}`).join(', ')}`,
  })
}

function readCount(flag: string, count: number, min: number, max: number): number {
  if (Number.isSafeInteger(count) && count >= min && count <= max) return count
  throw new QwenctlError('invalid_value', `${flag} is ${count}`, {
    hint: `write a whole number from ${min} to ${max}`,
  })
}

function readValues(set: string[]): Record<string, string> {
  const entries = set.map((text) => {
    const found = /^([A-Za-z_][A-Za-z0-9_.-]*)=(.*)$/s.exec(text)
    if (found !== null) return [found[1], found[2]] as [string, string]
    throw new QwenctlError('invalid_value', `--set is "${text.slice(0, 40)}"`, {
      hint: 'write --set NAME=VALUE',
    })
  })
  return Object.fromEntries(entries)
}

function readVariable(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !name.startsWith('QWENCTL_')) return name
  throw new QwenctlError('invalid_value', `--account-key is "${name.slice(0, 40)}"`, {
    hint: 'write the name of a variable: --account-key SERVICE_KEY',
  })
}
