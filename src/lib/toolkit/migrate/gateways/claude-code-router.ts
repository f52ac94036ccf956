import { join } from 'node:path'
import { tryParseJson } from '../../../base/text/try-parse-json.ts'
import { isLoopbackUrl } from '../../../base/loopback.ts'
import type { Finding } from '../finding.ts'
import { keyFinding } from '../read/key-problem.ts'
import {
  readEntries,
  readFields,
  readNumber,
  isFields,
  isNo,
  parseJson,
  readText,
  readTexts,
} from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import { resolveReferences } from '../read/references.ts'
import { serviceAt, serviceCalled } from '../read/service.ts'
import type { ReadContext, Source, SourceFile } from '../read/source.ts'
import { findEachKey } from '../read/split-keys.ts'

const SOURCE = 'claude-code-router'

/**
 * claude-code-router: the providers of its configuration. `api_base_url` is the URL of one call, `api_key` may be `$VAR`,
 * and `PROXY_URL` holds for all (github.com/musistudio/claude-code-router, README.md, read 2026-11-30). Version 3 keeps
 * the same in `config.sqlite`, with pools of credentials. Sources: packages/core/src/config/config-repository.ts and
 * contracts/app.ts, read 2026-11-30.
 */
export const claudeCodeRouter: Source = {
  id: SOURCE,
  label: 'claude-code-router',
  inFolder: /^config\.(json|sqlite)$/,
  asFile: /\.(jsonc?|sqlite3?|db)$/,
  usual: ({ home }) =>
    ['config.sqlite', 'config.json'].map((name) => join(home, '.claude-code-router', name)),
  read(file, context) {
    return readConfig(parseJson(file), file, context)
  },
  readDatabase(path, context) {
    const tables = context.files.rows(
      path,
      `SELECT name FROM sqlite_master WHERE name = 'app_config' AND type = 'table'`,
    )
    if (tables.length === 0) return null
    const [row] = context.files.rows(path, `SELECT value_json FROM app_config WHERE key = 'default'`)
    return readConfig(tryParseJson(readText(row?.['value_json']) ?? ''), { path, text: '' }, context)
  },
}

function readConfig(config: unknown, file: SourceFile, context: ReadContext): Finding[] | null {
  if (!isFields(config)) return null
  const providers = readEntries(config['Providers'] ?? config['providers'])
  if (!providers.some((one) => baseNames.some((name) => name in one))) return null
  reportLeftOut(file, config, context)
  return providers.flatMap((provider) => providerKeys(provider, config, { file, context }))
}

const baseNames = ['api_base_url', 'baseUrl', 'baseurl'] as const
const keyNames = ['api_key', 'apiKey', 'apikey'] as const

function readFirst(fields: Fields, names: readonly string[]): string | null {
  for (const name of names) {
    const text = readText(fields[name])
    if (text !== null) return text
  }
  return null
}

/** Settings of the tool itself that change where requests go. */
const leftBehind: Readonly<Record<string, string>> = {
  APIKEY: 'a client key of claude-code-router; next: qwenctl keys create NAME',
  APIKEYS: 'client keys of claude-code-router; next: qwenctl keys create NAME',
  CUSTOM_ROUTER_PATH: 'a script that chooses models',
  transformers: 'scripts that change requests',
}

function reportLeftOut(file: SourceFile, config: Fields, context: ReadContext): void {
  for (const [name, meaning] of Object.entries(leftBehind)) {
    if (isFilled(config[name])) context.leftOut(file.path, `${name}: ${meaning}`)
  }
  const routes = Object.entries(readFields(config['Router'])).flatMap(([name, value]) => {
    if (!isFilled(value) || name === 'builtInRules') return []
    if (typeof value === 'object') return isFields(value) && value['mode'] === 'off' ? [] : [name]
    const route = readText(value) ?? String(readNumber(value))
    return [`${name} = ${route.split(',').join('/')}`]
  })
  if (routes.length > 0) {
    context.leftOut(
      file.path,
      `Router: ${routes.join(', ')}; qwenctl asks for the model that the client names; next: qwenctl config set aliases.NAME PROVIDER/MODEL`,
    )
  }
}

function isFilled(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return value !== undefined && value !== null && value !== '' && value !== false
}

function providerKeys(
  provider: Fields,
  config: Fields,
  { file, context }: { file: SourceFile; context: ReadContext },
): Finding[] {
  const name = readText(provider['name']) ?? 'claude-code-router'
  const { text: baseUrl, missing: noBase } = resolveReferences(readFirst(provider, baseNames), context.env)
  const service = findService(name, provider, baseUrl, context)
  const models = readTexts(provider['models'])
  const proxy = resolveReferences(readText(config['PROXY_URL']), context.env).text
  const isLocal = baseUrl !== null && isLoopbackUrl(baseUrl)
  const isEnabled = !isNo(provider['enabled'])
  const said = {
    source: SOURCE,
    file: file.path,
    name,
    provider: service?.provider ?? null,
    baseUrl: service?.baseUrl ?? null,
    note: service?.note,
    // A provider knows its models itself; an unknown service is routed by these alone.
    models: isForeign(service) && models.length > 0 ? models : null,
    egressProxy: isLocal ? null : proxy,
    declined:
      service === null ? 'it has no api_base_url' : noBase === null ? null : `${noBase} is not set here`,
  } as const
  const left = listLeft(provider, isLocal && proxy !== null)
  return listCredentials(provider).flatMap(({ key, notes: own, enabled, ...order }) => {
    const { text, missing } = resolveReferences(key, context.env)
    const unset = noBase ?? missing
    const more = { ...order, enabled: isEnabled && enabled }
    return findEachKey(text, (secret, notes) =>
      keyFinding(
        { ...said, ...more, secret, notes: [...left, ...own, ...notes] },
        unset === null ? 'its key is empty' : `${unset} is not set here`,
      ),
    )
  })
}

function isForeign(service: ReturnType<typeof findService>): boolean {
  return service?.provider === 'custom' || (service?.provider === 'anthropic' && service.baseUrl !== null)
}

interface Credential {
  key: string | null
  priority: number
  weight: number
  enabled: boolean
  notes: string[]
}

/** The pool of a provider; its own key is used only without one. The smallest priority goes first there, too. */
function listCredentials(provider: Fields): Credential[] {
  const pool = readEntries(provider['credentials'])
  if (pool.length === 0)
    return [{ key: readFirst(provider, keyNames), priority: 0, weight: 1, enabled: true, notes: [] }]
  return pool.map((one, index) => {
    const given = { priority: readNumber(one['priority']) ?? index, weight: readNumber(one['weight']) ?? 1 }
    const hasShare = given.weight > 0
    const order = { priority: Math.ceil(given.priority), weight: hasShare ? Math.ceil(given.weight) : 1 }
    return {
      ...order,
      key: readFirst(one, keyNames),
      enabled: hasShare && !isNo(one['enabled']),
      notes: [
        ...(hasShare ? [] : [`disabled: its weight is ${given.weight}`]),
        ...(['priority', 'weight'] as const)
          .filter((name) => order[name] !== given[name] && (hasShare || name !== 'weight'))
          .map((name) => `its ${name} ${given[name]} becomes ${order[name]}`),
      ],
    }
  })
}

function listLeft(provider: Fields, hasLocalProxy: boolean): string[] {
  const own = listTransformers(provider)
  const other = ['extraHeaders', 'extraBody'].filter((name) => isFilled(provider[name]))
  const limited = readEntries(provider['credentials']).some((one) => isFilled(one['limits']))
  return [
    ...(own.length === 0 ? [] : [`its transformers are left behind: ${own.join(', ')}`]),
    ...(other.length === 0 ? [] : [`left behind: ${other.join(', ')}`]),
    ...(limited ? ['the limits of its keys are left behind; next: qwenctl accounts set NAME --limit'] : []),
    ...(hasLocalProxy ? ['without PROXY_URL: the server is on this machine'] : []),
  ]
}

function findService(name: string, provider: Fields, baseUrl: string | null, context: ReadContext) {
  if (baseUrl === null) return serviceCalled(context.providers, name)
  const type = readText(provider['type']) ?? ''
  const isMessages =
    /\/messages\/?$/.test(baseUrl) ||
    type === 'anthropic_messages' ||
    listTransformers(provider).some((one) => /^anthropic$/i.test(one))
  return serviceAt(context.providers, baseUrl, isMessages ? 'anthropic' : 'custom')
}

function listTransformers(provider: Fields): string[] {
  const use = readFields(provider['transformer'])['use']
  const list: unknown[] = Array.isArray(use) ? use : []
  return list.flatMap((one) => readText(Array.isArray(one) ? (one as unknown[])[0] : one) ?? [])
}
