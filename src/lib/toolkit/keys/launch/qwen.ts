import { launchWith, type ProgramLaunch } from './launch.ts'

/**
 * The login in the settings of Qwen Code decides over its variables, and `--auth-type` over both
 * (https://qwenlm.github.io/qwen-code-docs/en/users/configuration/auth).
 */
export function launchQwen(args: readonly string[]): ProgramLaunch {
  const isNamed = args.some((arg) => arg.startsWith('--auth-type'))
  return launchWith(isNamed ? args : ['--auth-type', 'openai', ...args])
}
