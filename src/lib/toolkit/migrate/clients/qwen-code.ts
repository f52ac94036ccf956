import { basename, dirname, join, resolve } from 'node:path'
import type { Finding } from '../finding.ts'
import { oauthFinding, renewalNote, tokensIn } from './oauth-creds.ts'
import { parseEnvText } from '../read/env-text.ts'
import { keyFinding } from '../read/key-problem.ts'
import { readEntries, readFields, isFields, parseJson, textFields, readText } from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import type { Variables } from '../read/references.ts'
import { resolveValue } from '../read/references.ts'
import { serviceAt } from '../read/service.ts'
import { DamagedFile } from '../read/source.ts'
import type { ReadContext, Source, SourceFile } from '../read/source.ts'
import { findEachKey } from '../read/split-keys.ts'
import { keysIn } from '../read/variables.ts'
import { lookUp } from '../../../base/text/look-up.ts'

const SOURCE = 'qwen-code'

/** qwen-code: its login, its settings, and the `.env` file that it would read. */
export const qwenCode: Source = {
  id: SOURCE,
  label: 'qwen-code',
  inFolder: /^(oauth_creds\.json|settings\.json|\.env)$/,
  asFile: /\.jsonc?$/,
  usual: (context) => [
    join(qwenFolder(context), 'oauth_creds.json'),
    join(qwenFolder(context), 'settings.json'),
    // A plain `.env` serves every program of its folder, so the source `env-files` reads it.
    ...readEnvFile(context).filter(
      (path) => dirname(path) === qwenFolder(context) || basename(dirname(path)) === '.qwen',
    ),
  ],
  read(file, context) {
    if (/\.env$/.test(file.path))
      return keysIn(parseEnvText(file.text), { source: SOURCE, file: file.path }, context)
    const parsed = parseJson(file)
    if (isFields(parsed) && 'access_token' in parsed && !('type' in parsed)) return [login(file, parsed)]
    return isSettings(parsed) ? settingsKeys(file, parsed, context) : null
  },
}

/** `QWEN_HOME` as qwen-code reads it: with `~`, and relative to the current folder. */
export function qwenFolder({ env, home, folder }: Pick<ReadContext, 'env' | 'home' | 'folder'>): string {
  const named = env['QWEN_HOME'] ?? ''
  if (named === '') return join(home, '.qwen')
  return /^~(?=[\\/]|$)/.test(named) ? join(home, named.slice(1)) : resolve(folder, named)
}

/** The first existing file wins, and the others are not read. */
function readEnvFile(context: ReadContext): string[] {
  const candidates: string[] = []
  for (let folder = context.folder; ; folder = dirname(folder)) {
    candidates.push(join(folder, '.qwen', '.env'), join(folder, '.env'))
    if (dirname(folder) === folder) break
  }
  candidates.push(join(qwenFolder(context), '.env'), join(context.home, '.env'))
  const first = candidates.find((path) => context.files.kind(path) === 'file')
  return first === undefined ? [] : [first]
}

function login({ path }: SourceFile, parsed: Fields): Finding {
  const tokens = tokensIn(parsed, path)
  if (tokens?.expiresAt == null) throw new DamagedFile(path, 'lacks a token or its time of expiry')
  return oauthFinding({
    source: SOURCE,
    file: path,
    name: 'qwen-code',
    tokens,
    notes: [renewalNote(tokens, 'qwen-code')],
  })
}

function isSettings(parsed: unknown): parsed is Fields {
  if (!isFields(parsed)) return false
  const auth = readFields(parsed['security'])['auth']
  return 'modelProviders' in parsed || '$version' in parsed || isFields(auth)
}

interface Entry {
  protocol: string
  envKey: string
  baseUrl: string | null
  models: string[]
}

function settingsKeys(file: SourceFile, settings: Fields, context: ReadContext): Finding[] {
  const where = { source: SOURCE, file: file.path } as const
  const own = textFields(readFields(settings['env']))
  const [envFile] = readEnvFile(context)
  const variables = {
    ...own,
    ...(envFile === undefined ? {} : parseEnvText(context.files.text(envFile))),
    ...context.env,
  }
  const entries = modelEntries(settings)
  const named = entries.flatMap((entry) => entryKeys(entry, { variables, where, context }))
  const used = new Set(entries.map(({ envKey }) => envKey))
  const rest = Object.keys(own).filter((name) => !used.has(name))
  const values = rest.map(
    (name) => [name, resolveValue({ ...variables, [name]: own[name] }, name) ?? ''] as const,
  )
  return [
    ...named,
    ...chosenKey(settings, { variables, where, context }),
    ...keysIn(Object.fromEntries(values), where, context),
  ]
}

/** The entries, one per key and base URL, with all its models. */
function modelEntries(settings: Fields): Entry[] {
  const protocols = textFields(readFields(settings['providerProtocol']))
  const entries = new Map<string, Entry>()
  for (const [protocol, models] of Object.entries(readFields(settings['modelProviders']))) {
    for (const model of readEntries(models)) {
      const envKey = readText(model['envKey'])
      if (envKey === null) continue
      const baseUrl = readText(model['baseUrl'])
      const key = JSON.stringify([envKey, baseUrl])
      const entry = entries.get(key) ?? {
        protocol: lookUp(protocols, protocol) ?? protocol,
        envKey,
        baseUrl,
        models: [],
      }
      const id = readText(model['id'])
      if (id !== null) entry.models.push(id)
      entries.set(key, entry)
    }
  }
  return [...entries.values()]
}

interface Context {
  variables: Variables
  where: Pick<Finding, 'source' | 'file'>
  context: ReadContext
}

function entryKeys(entry: Entry, { variables, where, context }: Context): Finding[] {
  const named = context.providers.find(({ keyVariables }) => keyVariables.includes(entry.envKey))?.id
  const service = serviceAt(context.providers, entry.baseUrl, named ?? protocolProvider(entry.protocol))
  const said = {
    ...where,
    ...service,
    name: service.provider === 'custom' ? (readHost(entry.baseUrl) ?? 'qwen-code') : service.provider,
    // An unknown service is routed by its models alone.
    models: service.provider === 'custom' && entry.models.length > 0 ? entry.models : null,
  }
  return findEachKey(resolveValue(variables, entry.envKey), (secret, notes) =>
    keyFinding(
      { ...said, secret, notes: [`from ${entry.envKey}`, ...notes] },
      `${entry.envKey} is not set here`,
    ),
  )
}

function readHost(baseUrl: string | null): string | null {
  return baseUrl === null ? null : (URL.parse(baseUrl)?.hostname ?? null)
}

function protocolProvider(protocol: string): string {
  return ['openai', 'anthropic', 'gemini'].includes(protocol) ? protocol : 'openai'
}

/** The key typed into `/auth`; may be written as `$VAR`. */
function chosenKey(settings: Fields, { variables, where, context }: Context): Finding[] {
  const auth = readFields(readFields(settings['security'])['auth'])
  const written = readText(auth['apiKey'])
  if (written === null) return []
  const baseUrl = resolveValue({ ...variables, value: readText(auth['baseUrl']) ?? '' }, 'value')
  const secret = resolveValue({ ...variables, value: written }, 'value')
  const selected = readText(auth['selectedType']) ?? 'openai'
  const service = serviceAt(context.providers, baseUrl, protocolProvider(selected))
  const said = {
    ...where,
    ...service,
    name: service.provider === 'custom' ? (readHost(baseUrl) ?? 'qwen-code') : service.provider,
  }
  return findEachKey(secret, (one, notes) =>
    keyFinding(
      { ...said, secret: one, notes: ['from security.auth', ...notes] },
      `${written.replace(/[${}]/g, '')} is not set here`,
    ),
  )
}
