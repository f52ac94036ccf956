// The service of a key in any configuration. A key must never reach a host that its file did not name for it: an address
// that cannot be read, or that may belong to another key, makes no account.
import type { Provider } from '../../../provider/provider.ts'
import type { Fields } from '../read/parse-file.ts'
import { readText } from '../read/parse-file.ts'
import { resolveReferences } from '../read/references.ts'
import type { Variables } from '../read/references.ts'
import type { Service } from '../read/service.ts'
import { isPlaceholder, isServiceOfKeys, serviceAt, serviceCalled } from '../read/service.ts'
import { MODEL_API } from '../read/variables.ts'
import { plainField } from './plain-field.ts'

export interface KeyPlace {
  fields: Fields
  /** The names that lead to the object. */
  path: readonly string[]
  /** `openrouter` of `openRouterApiKey`; empty: none. */
  prefix: string
  /** The field is `token`, `key` or the like, not an API key. */
  isToken: boolean
  /** The object has keys of several services. */
  isShared: boolean
  env: Variables
  providers: readonly Provider[]
}

export interface NamedService {
  service: (Service & { label: string | null }) | null
  /** The first name in the file; null: none. */
  name: string | null
  /** Why a key there is not imported; null: it may be. */
  problem: string | null
  /** Whether the form of the key may name the service. */
  isOpen: boolean
}

/** Fields with an address of models alone, and those with other addresses too. */
const BASES = ['baseurl', 'apibase', 'apibaseurl']
const ADDRESSES = ['apiurl', 'apihost', 'endpoint', 'url', 'host', 'basepath']

/** Fields with the name of the service. `type` comes late: it is often a dialect. */
const PROVIDERS = ['provider', 'apiprovider', 'vendor']
const OTHER_NAMES = ['service', 'name', 'id', 'apitype', 'type']

/** Platforms with tokens for repositories, deployments and the like. */
const PLATFORMS = new Set(['github', 'vercel', 'lambda', 'scaleway'])

const UNKNOWN = 'its base URL is not known'
const NO_MODELS =
  'its address has no sign of a model API; if it is one: qwenctl auth add -p custom --base-url URL'

/** The service of a key in its object. */
export function findDocumentService(place: KeyPlace): NamedService {
  const { baseUrl, problem, isBase } = readAddress(place)
  const names = listNames(place, baseUrl !== null || problem !== null)
  const service = findService(names, baseUrl, place.providers)
  const isModelApi = baseUrl === null || isBase || hasSign(service, { baseUrl, names, place })
  return {
    service,
    name: names[0] ?? null,
    problem: problem ?? (isModelApi ? null : NO_MODELS),
    isOpen: baseUrl === null && problem === null,
  }
}

function readAddress({ fields, prefix, isShared, env }: KeyPlace): {
  baseUrl: string | null
  problem: string | null
  isBase: boolean
} {
  const none = { baseUrl: null, problem: null, isBase: false }
  const own = prefix === '' ? [] : [...BASES, ...ADDRESSES].map((name) => prefix + name)
  const isBase = findField(fields, [...own, ...BASES]) !== null
  const text = findField(fields, [...own, ...BASES, ...ADDRESSES])
  if (text === null || isPlaceholder(text)) return none
  const { text: url, missing } = resolveReferences(text, env)
  const isUrl = url !== null && /^https?:\/\//i.test(url)
  const isOfKey = prefix === '' || findField(fields, own) !== null
  // Beside `openaiApiKey`, `url` and `host` are often those of the program itself.
  if (!isOfKey && !isBase && !(isUrl && MODEL_API.test(url))) return none
  if (!isOfKey && isShared) return { ...none, problem: `${UNKNOWN}: it is beside keys of several services` }
  if (missing !== null) return { ...none, problem: `${UNKNOWN}: ${missing} is not set here` }
  if (!isUrl) return { ...none, problem: 'its base URL does not begin with http:// or https://' }
  return { baseUrl: url, problem: null, isBase }
}

/** The names of the service, the most certain first. */
function listNames({ fields, path, prefix, isToken }: KeyPlace, hasAddress: boolean): string[] {
  const named = (fieldNames: readonly string[]) =>
    fieldNames.map((name) => findField(fields, [name])).filter((name) => name !== null)
  const own = prefix === '' ? [] : [prefix]
  const providers = named(PROVIDERS)
  const names = [...own, ...providers, ...named(OTHER_NAMES)]
  const all = [...names, ...(providers.length === 0 ? path.toReversed() : [])]
  return hasAddress || !isToken ? all : all.filter((name) => !PLATFORMS.has(plainField(name)))
}

function findService(
  names: readonly string[],
  baseUrl: string | null,
  providers: readonly Provider[],
): NamedService['service'] {
  const host = baseUrl === null ? null : (URL.parse(baseUrl)?.hostname ?? null)
  for (const name of names) {
    const service = serviceCalled(providers, name, baseUrl)
    if (service === null) continue
    const usual = serviceCalled(providers, name)
    const isUsual = usual?.provider === service.provider && usual.baseUrl === service.baseUrl
    return { ...service, label: isUsual || service.provider !== 'custom' ? name : (host ?? name) }
  }
  return baseUrl === null ? null : { ...serviceAt(providers, baseUrl, 'custom'), label: host }
}

/** Whether an address is that of models: databases and searches have an address and a key too. */
function hasSign(
  service: Service | null,
  { baseUrl, names, place }: { baseUrl: string; names: readonly string[]; place: KeyPlace },
): boolean {
  const { fields, providers } = place
  if (service !== null && service.provider !== 'custom') return true
  if (MODEL_API.test(baseUrl) || isServiceOfKeys(providers, baseUrl)) return true
  if (fields['model'] !== undefined || fields['models'] !== undefined) return true
  return names.some((name) => serviceCalled(providers, name) !== null)
}

function findField(fields: Fields, names: readonly string[]): string | null {
  for (const name of names) {
    const found = Object.entries(fields).find(([key]) => plainField(key) === name)
    const text = readText(found?.[1])
    if (text !== null) return text
  }
  return null
}
