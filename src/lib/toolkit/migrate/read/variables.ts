import { makeFinding } from '../finding.ts'
import { bedrockKeys } from './bedrock.ts'
import { reportLeftVariables } from './left-variables.ts'
import { usualVariable, variableStem } from './variable-names.ts'
import type { Finding } from '../finding.ts'
import { keyFinding } from './key-problem.ts'
import { knownServices } from './known-services.ts'
import { findServiceByKey } from './own-keys.ts'
import type { Variables } from './references.ts'
import { resolveReferences, resolveValue } from './references.ts'
import { isPlaceholder, isServiceOfKeys, serviceAt } from './service.ts'
import { findEachKey } from './split-keys.ts'
import type { ReadContext } from './source.ts'
import { DamagedFile } from './source.ts'

interface KeyVariable {
  /** The variable names no known service: only a clear base URL makes an account. */
  isUnnamed?: true
  variable: string
  provider: string
  baseUrl: string | null
  name: string
  note?: string
}

const regionNote =
  'the region is not said: taken for the international one; accounts set --base-url changes it'

/** Keys with a variable that says more than the provider. */
const special: Readonly<Record<string, Omit<KeyVariable, 'variable'>>> = {
  BAILIAN_CODING_PLAN_API_KEY: {
    provider: 'qwen',
    baseUrl: 'https://coding-intl.dashscope.aliyuncs.com/v1',
    name: 'coding-plan',
    note: regionNote,
  },
  BAILIAN_TOKEN_PLAN_API_KEY: {
    provider: 'qwen',
    baseUrl: 'https://token-plan.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1',
    name: 'token-plan',
    note: regionNote,
  },
}

/** Other names for keys of providers: the Vercel AI SDK, LiteLLM, aider and older programs use them. */
const otherNames: Readonly<Record<string, string>> = {
  GOOGLE_GENERATIVE_AI_API_KEY: 'gemini',
  GOOGLE_AI_API_KEY: 'gemini',
  GOOGLE_AI_STUDIO_API_KEY: 'gemini',
  CLAUDE_API_KEY: 'anthropic',
  FIREWORKS_AI_API_KEY: 'fireworks',
  ALIBABA_API_KEY: 'qwen',
  TONGYI_API_KEY: 'qwen',
}

/** The origin of findings from variables. */
export type Where = Pick<Finding, 'source' | 'file'>

/** Every key in variables with known names, with the base URL from the variable next to it. */
export function keysIn(given: Variables, where: Where, context: ReadContext): Finding[] {
  const variables = addAiderKeys(given)
  const known = addSpellings(keyVariables(context), variables)
  const found = known.flatMap((one) =>
    Object.keys(variables)
      .filter((name) => isPoolVariable(name, one.variable))
      .sort()
      .flatMap((name) => readKeys(variables, { known: one, name, where, context })),
  )
  const all = [
    ...found,
    ...poolKeys(variables, where, context),
    ...bedrockKeys(variables, where),
    ...unnamedServices(variables, { known, where, context }),
    ...authTokens(variables, where, context),
  ]
  if (where.source !== 'environment') {
    const sources = all.flatMap(({ notes }) =>
      notes.map((note) => /^from (\w+)$/.exec(note)?.[1] ?? []).flat(),
    )
    const used = new Set(Object.keys(variables).filter((name) => isUsed(name, sources)))
    reportLeftVariables(variables, used, { file: where.file, context })
  }
  return all
}

/** Whether an account or another line has this variable. */
function isUsed(name: string, sources: readonly string[]): boolean {
  if (/_API_KEYS?$/.test(name) || sources.includes(name)) return true
  const keys = sources.includes(AUTH_TOKEN) ? [...sources, 'ANTHROPIC_API_KEY'] : sources
  return keys.some((source) => [source, usualVariable(source)].flatMap(listUrlVariables).includes(name))
}

/** Its base URL is the one of `ANTHROPIC_API_KEY`. */
const AUTH_TOKEN = 'ANTHROPIC_AUTH_TOKEN'

/** Adds the variables of this file that are another spelling of a known one. */
function addSpellings(known: KeyVariable[], variables: Variables): KeyVariable[] {
  const spelled = Object.keys(variables).flatMap((name) => {
    const usual = usualVariable(name)
    if (usual === name || known.some(({ variable }) => isPoolVariable(name, variable))) return []
    const meant = known.find(({ variable }) => variable === usual)
    return meant === undefined ? [] : [{ ...meant, variable: name }]
  })
  return [...known, ...spelled]
}

/**
 * aider: `AIDER_API_KEY=gemini=KEY` sets `GEMINI_API_KEY` (aider.chat/docs/config/api-keys.html, read 2026-11-30). The
 * prefix keeps it apart from a `GEMINI_API_KEY` beside it.
 */
function addAiderKeys(variables: Variables): Variables {
  const { AIDER_API_KEY: text = '', ...others } = variables
  const pairs = [...text.matchAll(/([A-Za-z][\w-]*)=([^\s,[\]"']+)/g)]
  const keys = pairs.map(([, name = '', key]) => [
    `${AIDER}${name.toUpperCase().replaceAll('-', '_')}_API_KEY`,
    key,
  ])
  return pairs.length === 0 ? variables : { ...(Object.fromEntries(keys) as Variables), ...others }
}

/** aider puts its own variables over the usual ones: aider.chat/docs/config/options.html, read 2026-11-30. */
const AIDER = 'AIDER_'

function keyVariables(context: Pick<ReadContext, 'providers'>): KeyVariable[] {
  const plain = context.providers.flatMap(({ id, keyVariables: names }) =>
    names.map((variable) => ({ variable, provider: id, baseUrl: null, name: id })),
  )
  const others = Object.entries(special).map(([variable, more]) => ({ variable, ...more }))
  const own = new Set([...plain, ...others].map(({ variable }) => variable))
  const synonyms = Object.entries(otherNames)
    .filter(([variable, id]) => !own.has(variable) && context.providers.some((one) => one.id === id))
    .map(([variable, id]) => ({ variable, provider: id, baseUrl: null, name: id }))
  const services = knownServices.flatMap(({ names: [name = ''], base, variables = [] }) =>
    variables
      .filter((variable) => !own.has(variable))
      .map((variable) => ({ variable, provider: 'custom', baseUrl: base, name })),
  )
  const usual = plain.filter(({ variable }) => !Object.hasOwn(special, variable))
  const named = [...usual, ...others, ...synonyms, ...services]
  return [...named, ...named.map((one) => ({ ...one, variable: `${AIDER}${one.variable}` }))]
}

/**
 * `OPENAI_API_KEY`, and pools: `OPENAI_API_KEY_1`, `OPENAI_API_KEY2`, `OPENAI_API_KEYS`, `OPENAI_API_KEYS_2`,
 * `OPENAI_KEYS`, `OPENAI_API_KEY_LIST`, `OPENAI_API_KEY_BACKUP`, and the file of a container's secret,
 * `OPENAI_API_KEY_FILE`.
 */
function isPoolVariable(name: string, variable: string): boolean {
  if (name === variable) return true
  const stem = variable.replace(/_API_KEY$/, '')
  if (name === `${stem}_KEYS`) return true
  return name.startsWith(variable) && POOL.test(name.slice(variable.length))
}

const POOL = /^(S|_?LIST|_?POOL)?(_?\d{1,3}|_(BACKUP|PRIMARY|SECONDARY|SPARE|FALLBACK|MAIN|ALT|FILE))?$/

interface Given {
  known: KeyVariable
  name: string
  where: Where
  context: ReadContext
}

function readKeys(variables: Variables, { known, name, where, context }: Given): Finding[] {
  const { text, missing } = resolveReferences(variables[name] ?? '', variables)
  if (text === null && missing === null) return []
  const beside = findBaseUrl(variables, known.variable, known.isUnnamed)
  const baseUrl = beside?.baseUrl ?? null
  const service = serviceAt(context.providers, baseUrl ?? known.baseUrl, known.provider)
  const notes = [`from ${name}`, ...noteBaseUrl(known, name, beside?.variable ?? null)]
  const declined = missing === null && lacksResource(known, baseUrl) ? NO_RESOURCE : null
  const said = { ...where, ...service, name: accountName(known, service, baseUrl), declined }
  const isFile = name.endsWith('_FILE')
  const secret = isFile && text !== null ? readSecretFile(text, context) : text
  const reason = missing === null ? `the file in ${name} cannot be read` : `${missing} is not set here`
  return findEachKey(secret, (one, more) =>
    keyFinding({ ...said, secret: one, notes: [...notes, ...more] }, reason),
  )
}

function lacksResource({ provider }: KeyVariable, baseUrl: string | null): boolean {
  return provider === 'azure' && baseUrl === null
}

/** `urlVariable`: the variable with the base URL; null: there is none. */
function noteBaseUrl({ note }: KeyVariable, name: string, urlVariable: string | null): string[] {
  if (urlVariable === null) return note === undefined ? [] : [note]
  const isOfAider = urlVariable.startsWith(AIDER) && !name.startsWith(AIDER)
  return isOfAider ? [`its base URL is from ${urlVariable}`] : []
}

function readSecretFile(path: string, context: ReadContext): string | null {
  if (context.files.kind(path) !== 'file') return null
  try {
    return context.files.text(path).trim()
  } catch (error) {
    if (error instanceof DamagedFile) return null
    throw error
  }
}

function accountName(known: KeyVariable, service: { provider: string }, baseUrl: string | null): string {
  if (baseUrl === null) return known.name
  if (service.provider === known.provider && service.provider !== 'custom') return known.name
  if (service.provider !== 'custom') return service.provider
  return URL.parse(baseUrl)?.hostname ?? known.name
}

/**
 * The base URL for a key, with its variable; null: none. The URL of aider is for its own key. It is for the usual key
 * only where aider has no key of its own: a key must never reach a host that its owner did not choose.
 */
function findBaseUrl(
  variables: Variables,
  keyVariable: string,
  isUnnamed = false,
): { variable: string; baseUrl: string } | null {
  const isOfAider = keyVariable.startsWith(AIDER)
  const usual = isOfAider ? keyVariable.slice(AIDER.length) : keyVariable
  const ofAider = `${AIDER}${usual}`
  const hasOwnKey = Object.entries(variables).some(
    ([name, text = '']) => text.trim() !== '' && isPoolVariable(name, ofAider),
  )
  const owners = [...new Set([...(isOfAider || !hasOwnKey ? [ofAider] : []), usual, usualVariable(usual)])]
  for (const variable of owners.flatMap(listUrlVariables)) {
    const text = resolveValue(variables, variable)
    const isResource = variable.endsWith(AZURE_RESOURCE)
    if (text === null || isPlaceholder(text)) continue
    if (isResource) return { variable, baseUrl: `https://${text}.openai.azure.com` }
    if (isBaseUrl(variable, text, isUnnamed)) return { variable, baseUrl: text }
  }
  return null
}

const URL_ENDINGS = ['_BASE_URL', '_API_BASE', '_API_BASE_URL', '_API_URL']

/**
 * Endings with other meanings too: they need an address. LobeChat has `_PROXY_URL` for a base URL; without a path it is
 * a proxy (browser-use, anything-llm, NextChat and LobeChat: their `.env.example`, read 2026-11-30).
 */
const LOOSE_ENDINGS = ['_ENDPOINT', '_API_ENDPOINT', '_BASE_PATH', '_BASEURL', '_URL', '_PROXY_URL']

/** An unknown service may be a database or a search: its base URL then has the path of a model API. */
export const MODEL_API = /\/(?:v\d|openai|anthropic|compatible-mode)\b/i

function isBaseUrl(variable: string, text: string, isUnnamed: boolean): boolean {
  if (!LOOSE_ENDINGS.some((ending) => variable.endsWith(ending))) return true
  if (URL_ENDINGS.some((ending) => variable.endsWith(ending))) return true
  const url = /^https?:/i.test(text) ? URL.parse(text) : null
  if (url === null || (isUnnamed && !MODEL_API.test(url.pathname))) return false
  return !variable.endsWith('_PROXY_URL') || url.pathname !== '/'
}

function listUrlVariables(keyVariable: string): string[] {
  const stem = variableStem(keyVariable)
  const prefix = /^((?:AIDER_)?)AZURE(?:_OPENAI)?$/.exec(stem)?.[1]
  if (prefix === undefined) return [...URL_ENDINGS, ...LOOSE_ENDINGS].map((ending) => `${stem}${ending}`)
  const places = ['AZURE_OPENAI', 'AZURE'].flatMap((start) =>
    AZURE_ENDINGS.map((ending) => `${start}${ending}`),
  )
  return [...places, AZURE_RESOURCE].map((variable) => `${prefix}${variable}`)
}

/** A key of Azure belongs to one resource. Tools name its variable with or without `OPENAI` (LiteLLM). */
const AZURE_ENDINGS = ['_ENDPOINT', ...URL_ENDINGS]

/** The Vercel AI SDK: the first part of the host (ai-sdk.dev/providers/ai-sdk-providers/azure, 2026-11). */
const AZURE_RESOURCE = 'AZURE_RESOURCE_NAME'

const NO_RESOURCE = 'its resource is not named: AZURE_OPENAI_ENDPOINT is not set here'

/** `API_KEYS` of one-service tools (gemini-balance): the form of each key names its service. */
function poolKeys(variables: Variables, where: Where, context: ReadContext): Finding[] {
  const text = resolveValue(variables, 'API_KEYS')
  if (text === null) return []
  return findEachKey(text, (secret, more) => {
    const service = secret === null ? null : findServiceByKey(context.providers, secret)
    const unknown = 'API_KEYS names no service, and the form of the key shows none'
    return keyFinding({
      ...where,
      provider: service?.provider ?? null,
      baseUrl: service?.baseUrl ?? null,
      name: service?.name ?? 'api-keys',
      secret,
      declined: service === null ? unknown : null,
      notes: ['from API_KEYS', ...more],
    })
  })
}

/** `ACME_API_KEY` beside `ACME_BASE_URL` is a key of that endpoint; without a URL it is named as left out. */
function unnamedServices(
  variables: Variables,
  { known, where, context }: { known: KeyVariable[]; where: Where; context: ReadContext },
): Finding[] {
  const names = Object.keys(variables).filter(
    (name) =>
      /^[A-Z][A-Z0-9_]*_API_KEYS?$/.test(name) &&
      !name.startsWith('AZURE_') &&
      !known.some(({ variable }) => isPoolVariable(name, variable)),
  )
  const findings: Finding[] = []
  const unknown: string[] = []
  for (const name of names.sort()) {
    const variable = name.replace(/S$/, '')
    const baseUrl = findBaseUrl(variables, variable, true)?.baseUrl ?? null
    const stem = variable.replace(/^AIDER_(?=.)|_API_KEY$/g, '').toLowerCase()
    if (baseUrl === null) {
      if (resolveValue(variables, name) !== null) unknown.push(name)
      continue
    }
    const entry = { variable, provider: 'custom', baseUrl, name: stem, isUnnamed: true } as const
    findings.push(...readKeys(variables, { known: entry, name, where, context }))
  }
  if (unknown.length > 0 && where.source !== 'environment') {
    context.leftOut(
      where.file,
      `${unknown.join(', ')}: not a variable of a known service, and no base URL beside it`,
    )
  }
  return findings
}

/** `ANTHROPIC_AUTH_TOKEN` comes from a gateway or a login; at a service with a Messages API it is a key. */
function authTokens(variables: Variables, where: Where, context: ReadContext): Finding[] {
  const text = resolveValue(variables, AUTH_TOKEN)
  if (text === null) return []
  const baseUrl = resolveValue(variables, 'ANTHROPIC_BASE_URL')
  const service = serviceAt(context.providers, baseUrl, 'anthropic')
  const host = baseUrl === null ? null : (URL.parse(baseUrl)?.hostname ?? null)
  return findEachKey(text, (secret, notes) => {
    const isKey = isServiceOfKeys(context.providers, baseUrl) || /^sk-ant-api/.test(secret ?? '')
    const found = keyFinding({
      ...where,
      ...service,
      baseUrl: service.baseUrl,
      name: service.provider === 'custom' ? (host ?? 'custom') : service.provider,
      secret,
      notes: [`from ${AUTH_TOKEN}`, ...notes],
    })
    const gateway =
      'the token of a login or a gateway, not an API key of a service that is known; if it is a key there: qwenctl auth add -p anthropic --base-url URL'
    return isKey || found.declined !== null ? found : makeFinding({ ...found, declined: gateway })
  })
}
