import { errorKinds, isQwenctlError, readMessage } from '../base/errors.ts'
import { printableLines } from '../base/text/printable.ts'
import type { Palette } from './format/color.ts'
import { jsonDocument } from './print-json.ts'
import { nearest } from '../base/text/nearest.ts'
import { unknownCommand } from './unknown-command.ts'

/** The error of a failed command, for people on stderr and for programs on stdout. */
export interface ErrorReport {
  code: string
  message: string
  hint: string | null
  exit: number
}

/** The parts of oclif's errors that are read here, so that reporting an error never has to load oclif. */
interface OclifError extends Error {
  oclif: { exit?: number | false }
  code?: string
  suggestions?: string[]
  parse?: unknown
  flags?: string[]
  args?: unknown[]
}

export interface Invocation {
  /** As typed: `auth add`; null when no command was recognised. */
  command: string | null
  /** The flags of that command without dashes, to suggest from. */
  flags: string[]
  /** The command is of a plugin, also of those that oclif brings: its faults are not bugs of qwenctl. */
  isForeign?: boolean
}

/** The report of anything thrown; null where nothing is to be said (an exit without words). */
export function buildReport(error: unknown, invocation: Invocation): ErrorReport | null {
  if (isQwenctlError(error)) {
    const message = stripParsing(error.message)
    return { code: error.code, message, hint: error.hint, exit: errorKinds[error.code].exit }
  }
  if (isNamed(error, 'ExitPromptError') || isNamed(error, 'AbortPromptError')) {
    return { code: 'cancelled', message: 'interrupted', hint: null, exit: errorKinds.cancelled.exit }
  }
  if (isOclifError(error)) return reportOfOclif(error, invocation)
  if (invocation.isForeign === true)
    return {
      code: 'failed',
      message: firstLine(readMessage(error)),
      hint: null,
      exit: errorKinds.failed.exit,
    }
  return {
    code: 'internal',
    message: readMessage(error),
    hint: errorKinds.internal.hint,
    exit: errorKinds.internal.exit,
  }
}

/** The exit code of an error that has no words: `this.exit(n)` of oclif. */
export function silentExit(error: unknown): number | null {
  if (!isOclifError(error) || error.code !== 'EEXIT') return null
  return typeof error.oclif.exit === 'number' ? error.oclif.exit : 1
}

/** `{"error": {code, message, hint, exit}}`, the whole of stdout. */
export function errorDocument(report: ErrorReport): string {
  const { code, message, hint, exit } = report
  return jsonDocument({ error: { code, message, hint, exit } })
}

export function errorText(report: ErrorReport, palette: Palette): string {
  const label = palette.bad(report.code === 'cancelled' ? 'cancelled:' : 'error:')
  const hint = report.hint === null ? '' : `  ${palette.quiet('hint:')} ${printableLines(report.hint)}\n`
  return `${label} ${printableLines(report.message)}\n${hint}`
}

/** Whether `DEBUG` asks for our stacks: `*`, `qwenctl`, `qwenctl*`, `qwenctl:auth`. */
export function isDebugging(env: NodeJS.ProcessEnv): boolean {
  return (env['DEBUG'] ?? '')
    .split(/[\s,]+/)
    .some((pattern) => pattern === '*' || pattern.startsWith('qwenctl'))
}

/** True when `--json` comes before any `--`, or the environment asks for JSON everywhere. */
export function wantsJson(argv: string[], env: NodeJS.ProcessEnv): boolean {
  if (env['QWENCTL_CONTENT_TYPE']?.toLowerCase() === 'json') return true
  const end = argv.indexOf('--')
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json')
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name
}

function isOclifError(error: unknown): error is OclifError {
  return error instanceof Error && typeof (error as { oclif?: unknown }).oclif === 'object'
}

function reportOfOclif(error: OclifError, invocation: Invocation): ErrorReport {
  const [, unknown] = /^Command (.+) not found\.$/.exec(error.message) ?? []
  if (unknown !== undefined) {
    const { code, message, hint } = unknownCommand(unknown.split(/[ :]/), [])
    return { code, message, hint, exit: errorKinds.invalid_usage.exit }
  }
  const exit = typeof error.oclif.exit === 'number' ? error.oclif.exit : 1
  const usage = error.parse !== undefined
  const hint = error.suggestions?.[0] ?? (usage || exit === 2 ? usageHint(error, invocation) : null)
  const message = usage
    ? usageMessage(error)
    : exit === 2
      ? badValue(error.message)
      : firstLine(error.message)
  return { code: usage || exit === 2 ? 'invalid_usage' : 'failed', message, hint, exit: usage ? 2 : exit }
}

function usageMessage(error: OclifError): string {
  switch (error.constructor.name) {
    case 'NonExistentFlagsError':
      return `unknown flag ${(error.flags ?? []).map((flag) => unrepeatable(flag.split('=', 1)[0] ?? '')).join(', ')}`
    case 'UnexpectedArgsError':
      return `unexpected argument ${(error.args ?? []).map((arg) => unrepeatable(String(arg))).join(', ')}`
    case 'RequiredArgsError':
      return `missing argument ${(error.args ?? []).map((arg) => (arg as { name: string }).name.toUpperCase()).join(', ')}`
    default:
      return reasons(error.message)
  }
}

function usageHint(error: OclifError, invocation: Invocation): string {
  const help = `qwenctl ${invocation.command === null ? '' : `${invocation.command} `}--help shows what it takes`
  const typed = error.flags?.[0]?.split('=', 1)[0]?.replace(/^-+/, '')
  if (error.constructor.name !== 'NonExistentFlagsError' || typed === undefined) return help
  if (/^(api-?)?key$|^token$|^secret$|^password$/i.test(typed)) {
    return 'a secret is never an argument: use --key-stdin, --key-env VAR or --key-file PATH'
  }
  const near = nearest(typed, invocation.flags)
  return near === null ? help : `did you mean --${near}?`
}

// People paste keys into the wrong place; an error message ends up in logs, so it does not repeat them.
function unrepeatable(word: string): string {
  return word.length > 24 || /^(sk|qk|gsk|xai|AIza|key)[-_]?\w/.test(word) ? `${word.slice(0, 3)}…` : word
}

/** oclif heads its reasons with "The following error occurred:" and ends them with a pointer to --help. */
function reasons(message: string): string {
  const lines = message.split('\n').map((line) => line.trim())
  const told = lines.filter(
    (line) => line !== '' && !/^(The following errors? occurred:|See more help with)/.test(line),
  )
  return lowered(told.join('; '))
}

/** oclif adds a line before, and a pointer to --help after, an error that the parser of a flag throws. */
function stripParsing(message: string): string {
  const [, flag, reason] =
    /^Parsing (--[\w-]+) *\n\s*([\s\S]*?)(?:\nSee more help with --help)?$/.exec(message) ?? []
  if (flag === undefined || reason === undefined) return message
  return reason.startsWith(flag) ? reason : `${flag}: ${reason}`
}

/** oclif heads what is wrong with a flag's value with a line of its own: "Parsing --port". */
function badValue(message: string): string {
  const [, flag, reason] = /^parsing (--[\w-]+); (.*)$/.exec(reasons(message)) ?? []
  return flag === undefined ? reasons(message) : `${flag}: ${lowered(reason ?? '')}`
}

function firstLine(message: string): string {
  return lowered(message.split('\n', 1)[0] ?? message)
}

function lowered(message: string): string {
  return /^[A-Z][a-z]/.test(message) ? message.charAt(0).toLowerCase() + message.slice(1) : message
}
