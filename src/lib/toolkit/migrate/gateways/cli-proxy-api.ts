import { basename, dirname, join, resolve } from 'node:path'
import { makeFinding } from '../finding.ts'
import type { AliasFinding, Finding } from '../finding.ts'
import { keyFinding } from '../read/key-problem.ts'
import { oauthFinding, renewalNote, tokensIn } from '../clients/oauth-creds.ts'
import {
  readEntries,
  isFields,
  readNumber,
  parseJson,
  parseYaml,
  readText,
  readTexts,
} from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import { serviceAt, subscriptionTerms } from '../read/service.ts'
import { DamagedFile } from '../read/source.ts'
import type { ReadContext, Source, SourceFile } from '../read/source.ts'
import { findEachKey } from '../read/split-keys.ts'

const SOURCE = 'cli-proxy-api'

/** Lists of keys, by their service. */
const keyLists: Readonly<Record<string, { provider: string; baseUrl?: string; name: string }>> = {
  'gemini-api-key': { provider: 'gemini', name: 'gemini' },
  'interactions-api-key': { provider: 'gemini', name: 'gemini' },
  'claude-api-key': { provider: 'anthropic', name: 'claude' },
  'codex-api-key': { provider: 'openai', name: 'codex' },
  'xai-api-key': { provider: 'custom', baseUrl: 'https://api.x.ai/v1', name: 'xai' },
}

/** The reasons why logins of a type are declined. */
const logins: Readonly<Record<string, string>> = {
  codex: `a ChatGPT login: ${subscriptionTerms}`,
  claude: `a login of a Claude plan: ${subscriptionTerms}`,
  gemini: `a Google login of Gemini CLI: ${subscriptionTerms}`,
  'gemini-cli': `a Google login of Gemini CLI: ${subscriptionTerms}`,
  antigravity: `a Google login of Antigravity: ${subscriptionTerms}`,
  kimi: `a login of a Kimi plan: ${subscriptionTerms}`,
  xai: `a login of a Grok plan: ${subscriptionTerms}`,
  iflow: 'a login of iFlow, which qwenctl does not know',
  vertex: 'a service account of Vertex AI, which qwenctl does not know; Gemini takes API keys',
}

const ownProviders: Readonly<Record<string, string>> = {
  codex: 'openai',
  claude: 'anthropic',
  gemini: 'gemini',
}

/** CLIProxyAPI: its folder of logins, and the keys of its configuration. */
export const cliProxyApi: Source = {
  id: SOURCE,
  label: 'CLIProxyAPI',
  inFolder: /^(config\.yaml|.+\.json)$/,
  asFile: /\.(ya?ml|json)$/,
  usual(context) {
    const folder = join(context.home, '.cli-proxy-api')
    const configs = [join(folder, 'config.yaml'), join(context.folder, 'config.yaml')]
    return [...configs, ...configs.map((path) => authFolder(path, context)), folder]
      .flatMap((path) =>
        path === null || path.endsWith('.yaml')
          ? [path]
          : context.files
              .names(path)
              .filter((name) => name.endsWith('.json'))
              .map((name) => join(path, name)),
      )
      .filter((path, index, all): path is string => path !== null && all.indexOf(path) === index)
  },
  read(file, context) {
    if (/\.ya?ml$/.test(file.path)) {
      const config = parseYaml(file)
      return isConfig(config) ? configuredKeys(file, config, context) : null
    }
    const parsed = parseJson(file)
    return isFields(parsed) && isLogin(parsed) ? [login(file, parsed)] : null
  },
}

/** The login folder that a configuration names; null: none, or no such configuration. */
function authFolder(configFile: string, context: ReadContext): string | null {
  if (context.files.kind(configFile) !== 'file') return null
  try {
    const config = parseYaml({ path: configFile, text: context.files.text(configFile) })
    const folder = isConfig(config) ? readText(config['auth-dir']) : null
    if (folder === null) return null
    return folder.startsWith('~') ? join(context.home, folder.slice(1)) : resolve(dirname(configFile), folder)
  } catch (error) {
    if (error instanceof DamagedFile) return null // reading the file itself reports it
    throw error
  }
}

function isConfig(config: unknown): config is Fields {
  const marks = [
    'auth-dir',
    'openai-compatibility',
    'vertex-api-key',
    'remote-management',
    ...Object.keys(keyLists),
  ]
  return isFields(config) && marks.some((mark) => mark in config)
}

function isLogin(parsed: Fields): boolean {
  const type = readText(parsed['type'])
  return type !== null && (type === 'qwen' || Object.hasOwn(logins, type))
}

function login({ path }: SourceFile, parsed: Fields): Finding {
  const type = readText(parsed['type']) ?? ''
  const name = readText(parsed['email']) ?? basename(path, '.json')
  const said = { source: SOURCE, file: path, name, ...common(parsed) } as const
  const declined = logins[type]
  if (declined !== undefined) return makeFinding({ ...said, provider: ownProviders[type] ?? null, declined })
  const tokens = tokensIn(parsed, null)
  if (tokens === null) throw new DamagedFile(path, 'lacks a token')
  return oauthFinding({ ...said, tokens, notes: [renewalNote(tokens, 'CLIProxyAPI'), ...said.notes] })
}

type Common = Pick<Finding, 'priority' | 'weight' | 'egressProxy' | 'enabled' | 'notes'>

/** The other fields of an entry. CLIProxyAPI serves the highest priority first, qwenctl the smallest. */
function common(entry: Fields, inherited: string | null = null): Common {
  const field = (name: string) => entry[name] ?? entry[name.replace('-', '_')]
  const notes: string[] = []
  const own = readText(field('proxy-url'))
  const proxy = own ?? inherited
  const weight = Math.round(readNumber(field('weight')) ?? 1)
  const prefix = readText(field('prefix'))
  const excluded = readTexts(field('excluded-models'))
  if (prefix !== null) notes.push(`its prefix ${prefix} is left behind: name the account or a group instead`)
  if (excluded.length > 0)
    notes.push(`excluded there: ${excluded.join(', ')}; accounts set --model says what it serves`)
  if (isFields(field('headers'))) notes.push('its own headers are left behind')
  return {
    priority: -Math.round(readNumber(field('priority')) ?? 0) || 0,
    weight: Math.max(1, weight),
    egressProxy: proxy === null || /^(direct|none)$/i.test(proxy) ? null : proxy,
    enabled: field('disabled') !== true && field('enabled') !== false && weight > 0,
    notes,
  }
}

function configuredKeys(file: SourceFile, config: Fields, context: ReadContext): Finding[] {
  const proxy = readText(config['proxy-url'])
  reportLeftOut(file, config, context)
  const listed = Object.entries(keyLists).flatMap(([list, service]) =>
    readEntries(config[list]).flatMap((entry) =>
      entryKeys(entry, { file, context, proxy, ...service, baseUrl: service.baseUrl ?? null, group: null }),
    ),
  )
  const vertex = readEntries(config['vertex-api-key']).flatMap((entry) =>
    entryKeys(entry, {
      file,
      context,
      proxy,
      provider: 'custom',
      baseUrl: null,
      name: 'vertex',
      group: null,
    }),
  )
  const pools = readEntries(config['openai-compatibility']).flatMap((pool) =>
    poolKeys(pool, { file, context, proxy }),
  )
  return [...listed, ...vertex, ...pools]
}

interface Given {
  file: SourceFile
  context: ReadContext
  proxy: string | null
}

function entryKeys(
  entry: Fields,
  given: Given & { provider: string; baseUrl: string | null; name: string; group: string | null },
): Finding[] {
  const { file, context, proxy, provider, name, group } = given
  const baseUrl = readText(entry['base-url']) ?? given.baseUrl
  const { models, aliases } = modelsIn(entry)
  const said = {
    source: SOURCE,
    file: file.path,
    name,
    ...serviceAt(context.providers, baseUrl, provider),
    groups: group === null ? [] : [group],
    models: models.length > 0 ? models : null,
    aliases,
    ...common(entry, proxy),
  } as const
  return findEachKey(readText(entry['api-key']), (secret, more) =>
    keyFinding({ ...said, secret, notes: [...said.notes, ...more] }),
  )
}

/** `models: [{name, alias}]`: the service knows the name, clients ask for the alias. */
function modelsIn(entry: Fields): { models: string[]; aliases: AliasFinding[] } {
  const rows = readEntries(entry['models']).flatMap((row) => {
    const name = readText(row['name'])
    return name === null ? [] : [{ model: name, name: readText(row['alias']) ?? name, rank: 0 }]
  })
  return {
    models: [...readTexts(entry['models']), ...rows.map(({ model }) => model)],
    aliases: rows.filter(({ name, model }) => name !== model),
  }
}

/** Settings of the file that belong to no account. */
function reportLeftOut(file: SourceFile, config: Fields, context: ReadContext): void {
  const notes: Readonly<Record<string, string>> = {
    'api-keys': 'client keys of CLIProxyAPI; next: qwenctl keys create NAME',
    'oauth-model-alias': 'aliases of logins, which are not imported',
    'oauth-excluded-models': 'models of logins, which are not imported',
    routing: 'the order of accounts; next: qwenctl config set proxy.strategy',
    ampcode: 'the login of Amp, which qwenctl does not know',
  }
  for (const [name, note] of Object.entries(notes)) {
    if (config[name] !== undefined && config[name] !== null) context.leftOut(file.path, `${name}: ${note}`)
  }
  const read = new Set([
    ...Object.keys(keyLists),
    ...Object.keys(notes),
    'vertex-api-key',
    'openai-compatibility',
  ])
  for (const [name, list] of Object.entries(config)) {
    if (!read.has(name) && readEntries(list).some(isAccount))
      context.leftOut(file.path, `${name}: accounts of a fork of CLIProxyAPI, which qwenctl does not read`)
  }
}

const isAccount = (entry: Fields): boolean =>
  ['api-key', 'token-file', 'base-url'].some((name) => name in entry)

/** Several keys of one service become a group with its name. */
function poolKeys(pool: Fields, given: Given): Finding[] {
  const name = readText(pool['name']) ?? 'openai-compatibility'
  const older = [...readTexts(pool['api-keys']), ...readTexts(pool['api-key'])].map((key) => ({
    'api-key': key,
  }))
  const entries = [...readEntries(pool['api-key-entries']), ...older]
  return (entries.length === 0 ? [{}] : entries).flatMap((entry) =>
    entryKeys({ ...pool, ...entry }, { ...given, provider: 'custom', baseUrl: null, name, group: name }),
  )
}
