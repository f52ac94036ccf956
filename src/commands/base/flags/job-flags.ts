import { Flags } from '@oclif/core'
import { QwenctlError } from '../../../lib/base/errors.ts'
import type { NewJob } from '../../../lib/toolkit/jobs/jobs.ts'

/** The flags of a job, shared by `jobs add` and `jobs set`. */
export const jobFlags = {
  at: Flags.string({
    description: 'times of day, comma-separated',
    helpValue: '07:00',
    helpGroup: 'SCHEDULE',
  }),
  days: Flags.string({ description: 'days for --at', helpValue: 'mon-fri', helpGroup: 'SCHEDULE' }),
  every: Flags.string({ description: 'interval: 90s, 20m, 2h, 1d', helpValue: '2h', helpGroup: 'SCHEDULE' }),
  cron: Flags.string({
    description: 'cron expression with five fields',
    helpValue: 'EXPR',
    helpGroup: 'SCHEDULE',
  }),
  'after-reset': Flags.string({
    description: "after the account's limit with this window has reset: 5h, day",
    helpValue: 'WINDOW',
    helpGroup: 'SCHEDULE',
  }),
  zone: Flags.string({
    description: 'time zone of the schedule, UTC by default',
    helpValue: 'ZONE',
    helpGroup: 'SCHEDULE',
  }),
  spread: Flags.string({
    description: 'give each account a fixed delay within this span',
    helpValue: '20m',
    helpGroup: 'SCHEDULE',
  }),
  account: Flags.string({
    char: 'a',
    description: 'account that it runs for (repeat for several)',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'ACCOUNT',
    helpGroup: 'ACCOUNTS',
  }),
  group: Flags.string({
    char: 'g',
    description: 'accounts of this group, later ones included (repeat for several)',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'GROUP',
    helpGroup: 'ACCOUNTS',
  }),
  provider: Flags.string({
    char: 'p',
    description: 'accounts at this provider, later ones included',
    helpValue: 'PROVIDER',
    helpGroup: 'ACCOUNTS',
  }),
  all: Flags.boolean({ description: 'every account, later ones included', helpGroup: 'ACCOUNTS' }),
  ask: Flags.string({ description: 'send this prompt', helpValue: 'TEXT', helpGroup: 'TASK' }),
  template: Flags.string({
    description: "send the text of a file, or of an entry in the account's templates.yaml",
    helpValue: 'FILE',
    helpGroup: 'TASK',
  }),
  verify: Flags.boolean({ description: 'verify the credential', helpGroup: 'TASK' }),
  plan: Flags.boolean({ description: "read the provider's own counts", helpGroup: 'TASK' }),
  batch: Flags.string({
    description: "run a batch file, in the account's folder; may have placeholders",
    helpValue: 'FILE',
    helpGroup: 'TASK',
  }),
  prime: Flags.boolean({
    description: 'send the smallest request, which starts a window of a plan; needs the setting jobs.prime',
    helpGroup: 'TASK',
  }),
  model: Flags.string({ description: 'model for the prompt', helpValue: 'MODEL', helpGroup: 'TASK' }),
  'max-tokens': Flags.integer({
    description: 'most tokens of the answer',
    min: 1,
    helpValue: 'N',
    helpGroup: 'TASK',
  }),
  set: Flags.string({
    description: 'value for a placeholder of the prompt (repeat for several)',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'NAME=VALUE',
    helpGroup: 'TASK',
  }),
  out: Flags.string({
    description: "file for the answer, in the account's folder; may have placeholders",
    helpValue: 'PATTERN',
    helpGroup: 'TASK',
  }),
  'account-key': Flags.string({
    description: "variable in which the command gets the account's own secret",
    helpValue: 'VAR',
    helpGroup: 'TASK',
  }),
  'pass-home': Flags.boolean({
    description: 'give QWENCTL_HOME to the command',
    allowNo: true,
    helpGroup: 'TASK',
  }),
  overlap: Flags.string({
    description: 'when the previous run has not ended: skip, queue or allow',
    options: ['skip', 'queue', 'allow'],
  }),
  missed: Flags.string({
    description: 'after downtime: skip the missed slots, or run the latest once',
    options: ['skip', 'once'],
  }),
  timeout: Flags.string({ description: 'longest run, 5m by default', helpValue: '5m' }),
  retries: Flags.integer({ description: 'further attempts of a failed or lost run', min: 0, helpValue: 'N' }),
  'max-per-day': Flags.integer({
    description: 'most runs for an account on one day; 0 removes the cap',
    min: 0,
    helpValue: 'N',
  }),
}

/** The accounts of a job that a command is for. Missing: all of them. */
export const jobAccountsFlag = Flags.string({
  char: 'a',
  description: 'only for this account (repeat for several)',
  multiple: true,
  multipleNonGreedy: true,
  helpValue: 'ACCOUNT',
})

interface JobFlagValues {
  [flag: string]: unknown
}

/** The job that the flags describe. `command`: the words after `--`. */
export function readJobFlags(flags: JobFlagValues, command: string[]): Partial<NewJob> {
  const text = (name: string) => flags[name] as string | undefined
  const list = (name: string) => flags[name] as string[] | undefined
  const number = (name: string) => flags[name] as number | undefined
  const yes = (name: string) => flags[name] as boolean | undefined
  const given = {
    at: text('at'),
    days: text('days'),
    every: text('every'),
    cron: text('cron'),
    afterReset: text('after-reset'),
    zone: text('zone'),
    spread: text('spread'),
    accounts: list('account'),
    groups: list('group'),
    provider: text('provider'),
    all: yes('all'),
    ask: text('ask'),
    template: text('template'),
    verify: yes('verify'),
    plan: yes('plan'),
    model: text('model'),
    batch: text('batch'),
    prime: yes('prime'),
    maxTokens: number('max-tokens'),
    set: list('set'),
    out: text('out'),
    accountKey: text('account-key'),
    passHome: yes('pass-home'),
    overlap: text('overlap'),
    missed: text('missed'),
    timeout: text('timeout'),
    retries: number('retries'),
    maxPerDay: number('max-per-day'),
    command: command.length === 0 ? undefined : command,
  }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/**
 * The words after the first `--`. `parsed`: all arguments, the name first. Throws `invalid_usage` for a word that is
 * neither the name nor a part of the command.
 */
export function readCommandWords(
  argv: readonly string[],
  parsed: readonly string[],
  usage: string,
): string[] {
  const at = argv.indexOf('--')
  const command = at < 0 ? [] : argv.slice(at + 1)
  const [rest] = parsed.slice(1, parsed.length - command.length)
  if (rest === undefined) return command
  throw new QwenctlError('invalid_usage', `unexpected argument ${rest.slice(0, 40)}`, {
    hint: `write the command after --: qwenctl ${usage} ... -- COMMAND`,
  })
}
