import { readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { QwenctlError } from '../../../base/errors.ts'
import { unreadableInput } from '../../../base/input-file.ts'
import { isRecord } from '../../../base/is-record.ts'
import { parseJsonc, toValue } from '../../clients/jsonc-reader.ts'
import { hiddenVariables, programEnvironment } from '../program-environment.ts'
import { launchWith, launchWithFolder, type ProgramLaunch, type ProgramTarget } from './launch.ts'
import { objectOrEmpty, readObject } from './read-object.ts'

/**
 * The settings of Claude Code decide over its environment, and the last `--settings` decides over them. So the user's
 * own `--settings` and the variables of the proxy become one file. Without settings that lead to another service, there
 * is no file (https://code.claude.com/docs/en/settings, https://code.claude.com/docs/en/cli-reference, 2026-11).
 */
export async function launchClaude(
  args: readonly string[],
  { url, secret, env }: ProgramTarget,
): Promise<ProgramLaunch> {
  const { given, others } = takeSettings(args)
  const settings = given === null ? {} : readSettings(given)
  const folders = [env.CLAUDE_CONFIG_DIR ?? join(homedir(), '.claude'), join(process.cwd(), '.claude')]
  const files = folders.flatMap((folder) =>
    ['settings.json', 'settings.local.json'].map((name) => join(folder, name)),
  )
  const own = claudeVariables(programEnvironment(url, secret))
  const empty = claudeVariables(Object.fromEntries(hiddenVariables.map((name) => [name, ''])))
  const variables = { ...empty, ...own }
  const leadsAway = (known: Record<string, unknown>) =>
    Object.keys(objectOrEmpty(known.env)).some((name) => name in variables)
  if (![settings, ...files.map(readObject)].some(leadsAway)) return launchWith(args)
  const merged = { ...settings, env: { ...objectOrEmpty(settings.env), ...variables } }
  return launchWithFolder('claude', (folder) => {
    const file = join(folder, 'settings.json')
    writeFileSync(file, JSON.stringify(merged), { mode: 0o600 })
    return { args: ['--settings', file, ...others], env: {} }
  })
}

/** The variables that Claude Code reads. */
function claudeVariables(variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter(([name]) => /^(?:ANTHROPIC|CLAUDE_CODE)_/.test(name)),
  )
}

/** The last value of `--settings`, and the arguments without any. Null: none is given. */
function takeSettings(args: readonly string[]): { given: string | null; others: string[] } {
  const end = args.indexOf('--')
  const others: string[] = []
  let given: string | null = null
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at]!
    const isOption = end < 0 || at < end
    if (isOption && arg === '--settings' && at + 1 < args.length) given = args[++at]!
    else if (isOption && arg.startsWith('--settings=')) given = arg.slice('--settings='.length)
    else others.push(arg)
  }
  return { given, others }
}

/** The settings in a JSON text or a file. Throws `invalid_value` if they cannot be read. */
function readSettings(given: string): Record<string, unknown> {
  const hint = 'correct --settings of claude, or leave it out'
  const isText = given.trim().startsWith('{')
  const subject = isText ? 'the text of --settings' : given
  let text = given
  try {
    if (!isText) text = readFileSync(given, 'utf8')
  } catch (error) {
    throw unreadableInput(given, error, hint)
  }
  const refuse = (why: string) =>
    new QwenctlError('invalid_value', `${subject} cannot be read: ${why}; claude was not started`, { hint })
  let value: unknown
  try {
    value = toValue(parseJsonc(text))
  } catch (error) {
    throw refuse((error as SyntaxError).message)
  }
  if (!isRecord(value)) throw refuse('it is not a JSON object')
  return value
}
