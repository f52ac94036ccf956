// Files of a project that decide over the configuration of its user. They may lead a client past the proxy, although it
// is set up. `qwenctl exec` overrides all but the login of Gemini CLI: only settings of root decide over that one.
// Sources, all 2026-11: https://geminicli.com/docs/reference/configuration and
// Gemini CLI 0.61, https://code.claude.com/docs/en/settings, https://qwenlm.github.io/qwen-code-docs,
// https://developers.openai.com/codex/config-reference.

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { hiddenVariables } from '../keys/program-environment.ts'
import { objectOrEmpty, readObject } from '../keys/launch/read-object.ts'
import { DotenvText } from './dotenv-text.ts'
import { TomlText } from './toml-text.ts'

/** A setting of a project that leads a client past the proxy. */
export interface ProjectSetting {
  file: string
  /** The name of the setting, or the reason in words. */
  setting: string
  /** Whether `qwenctl exec` leads the client to the proxy all the same. */
  overriddenByExec: boolean
}

interface Place {
  /** The folder in which the client starts. */
  folder: string
  /** The user's home folder. */
  home: string
}

const finders: Readonly<Record<string, (place: Place) => ProjectSetting[]>> = {
  'claude-code': findInClaude,
  codex: findInCodex,
  gemini: findInGemini,
  'qwen-code': findInQwen,
}

/** The settings of the project in `folder` that lead the client past the proxy. */
export function findProjectSettings(client: string, place: Place): ProjectSetting[] {
  const find = Object.hasOwn(finders, client) ? finders[client] : undefined
  return find === undefined || resolve(place.folder) === resolve(place.home) ? [] : find(place)
}

function findInGemini({ folder, home }: Place): ProjectSetting[] {
  const file = join(folder, '.gemini', 'settings.json')
  const auth = objectOrEmpty(objectOrEmpty(readObject(file).security).auth)
  const login = auth.selectedType ?? 'gemini-api-key'
  const found: ProjectSetting[] =
    login === 'gemini-api-key'
      ? []
      : [{ file, setting: 'security.auth.selectedType', overriddenByExec: false }]
  const variables = findGeminiVariables(folder, home)
  return variables === null
    ? found
    : [
        ...found,
        { file: variables, setting: 'other variables in place of ~/.gemini/.env', overriddenByExec: true },
      ]
}

/** Gemini CLI reads one file of variables: the first one on the way up from its folder. */
function findGeminiVariables(folder: string, home: string): string | null {
  for (let at = resolve(folder); at !== dirname(at) && at !== resolve(home); at = dirname(at))
    for (const file of [join(at, '.gemini', '.env'), join(at, '.env')])
      if (existsSync(file)) return hasBaseUrl(file) ? null : file
  return null
}

function hasBaseUrl(file: string): boolean {
  return new DotenvText(readText(file)).get(['GOOGLE_GEMINI_BASE_URL']) !== undefined
}

const claudeVariables: ReadonlySet<string> = new Set([
  ...['ANTHROPIC_BASE_URL', 'ANTHROPIC_AUTH_TOKEN'],
  ...hiddenVariables,
])

function findInClaude({ folder }: Place): ProjectSetting[] {
  return ['settings.json', 'settings.local.json'].flatMap((name) => {
    const file = join(folder, '.claude', name)
    const names = Object.keys(objectOrEmpty(readObject(file).env)).filter((each) => claudeVariables.has(each))
    return names.map((variable) => ({ file, setting: `env.${variable}`, overriddenByExec: true }))
  })
}

function findInQwen({ folder }: Place): ProjectSetting[] {
  const file = join(folder, '.qwen', 'settings.json')
  const settings = readObject(file)
  const login = objectOrEmpty(objectOrEmpty(settings.security).auth).selectedType ?? 'openai'
  const names = [
    ...(login === 'openai' ? [] : ['security.auth.selectedType']),
    ...['OPENAI_BASE_URL', 'OPENAI_API_KEY']
      .filter((name) => name in objectOrEmpty(settings.env))
      .map((name) => `env.${name}`),
    ...(Object.keys(objectOrEmpty(settings.modelProviders)).length > 0 ? ['modelProviders'] : []),
  ]
  return names.map((setting) => ({ file, setting, overriddenByExec: true }))
}

function findInCodex({ folder }: Place): ProjectSetting[] {
  const file = join(folder, '.codex', 'config.toml')
  try {
    const provider = new TomlText(file, readText(file)).get(['model_provider'])
    return provider === undefined || provider === 'qwenctl'
      ? []
      : [{ file, setting: 'model_provider', overriddenByExec: true }]
  } catch {
    return [] // Codex cannot read it either
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

/** The way to the proxy in such a project, for people. */
export function describeWay({ overriddenByExec }: ProjectSetting): string {
  return overriddenByExec ? 'remove it there, or use qwenctl exec' : 'remove it there'
}
