import { launchWith, type ProgramLaunch } from './launch.ts'

/** Commands that refuse the flag, as `qwen --help` of 0.24.4 lists them. */
const subcommands: ReadonlySet<string> = new Set([
  'auth',
  'channel',
  'extensions',
  'hooks',
  'mcp',
  'review',
  'serve',
  'sessions',
  'update',
])

/**
 * The login in the settings of Qwen Code decides over its variables, and `--auth-type` over both
 * (https://qwenlm.github.io/qwen-code-docs/en/users/configuration/auth).
 */
export function launchQwen(args: readonly string[]): ProgramLaunch {
  const isNamed = args.some((arg) => /^--auth-?type(?:=|$)/i.test(arg))
  const isOther = subcommands.has(args[0] ?? '')
  return launchWith(isNamed || isOther ? args : ['--auth-type', 'openai', ...args])
}
