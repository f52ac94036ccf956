// A configuration of any program, named with --from: JSON, YAML or TOML. An object with a key and a base URL is an
// account. A key below the name of a service is one too. Blocks of variables are read as `.env` files are.
import { basename, dirname, join } from 'node:path'
import type { Finding } from '../finding.ts'
import { parseEnvText } from '../read/env-text.ts'
import { keyFinding } from '../read/key-problem.ts'
import { isFields, parseJson, parseToml, parseYaml, readText, readTexts } from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import { findServiceByKey } from '../read/own-keys.ts'
import { resolveReferences } from '../read/references.ts'
import type { Variables } from '../read/references.ts'
import { serviceCalled } from '../read/service.ts'
import type { ReadContext, Source, SourceFile } from '../read/source.ts'
import { findEachKey } from '../read/split-keys.ts'
import { keysIn } from '../read/variables.ts'

const SOURCE = 'document'

/** Any depth of a real configuration; a deeper one is none. */
const DEEPEST = 12

/** Names of fields in lower case, without separators. A prefix names the service: `openRouterApiKey` (Roo Code). */
const KEY = /^(.*?)(?:apikeys?|apitoken)$|^()(?:keys?|authtoken|accesstoken|token)$/
const URLS = ['baseurl', 'apibase', 'apibaseurl', 'apiurl', 'apihost', 'endpoint', 'url', 'host', 'basepath']
const SERVICES = ['provider', 'apiprovider', 'apitype', 'type', 'name', 'id', 'vendor', 'service']

/** Containers of variables in Compose, Kubernetes, Helm and settings of editors. */
const VARIABLES = /^(?:environment|env|envs|stringdata|variables|envvars)$/i
const VARIABLE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/

export const document: Source = {
  id: SOURCE,
  label: 'any configuration file',
  inFolder: /^$/,
  asFile: /\.(?:jsonc?|ya?ml|toml)$/i,
  usual: () => [],
  read(file, context) {
    const parsed = parse(file)
    const found = new Walk(file, context).read(parsed)
    return found.length === 0 ? null : found
  },
}

function parse(file: SourceFile): unknown {
  if (/\.toml$/i.test(file.path)) return parseToml(file)
  return /\.jsonc?$/i.test(file.path) ? parseJson(file) : parseYaml(file)
}

class Walk {
  readonly #context: ReadContext
  readonly #where: { source: typeof SOURCE; file: string }
  readonly #env: Variables

  constructor(file: SourceFile, context: ReadContext) {
    this.#context = context
    this.#where = { source: SOURCE, file: file.path }
    this.#env = { ...readEnvBeside(file.path, context), ...context.env }
  }

  /** The accounts in a value. `path`: the names that lead to it. */
  read(value: unknown, path: readonly string[] = []): Finding[] {
    if (path.length > DEEPEST) return []
    const name = path.at(-1) ?? ''
    const variables = VARIABLES.test(name) || path.length === 0 ? readVariables(value) : null
    const ofVariables = variables === null ? [] : this.#variables(variables)
    if (Array.isArray(value)) return [...ofVariables, ...value.flatMap((one) => this.read(one, path))]
    if (!isFields(value)) return ofVariables
    const own = this.#account(value, path)
    if (own !== null) return own
    const inner = Object.entries(value).flatMap(([key, one]) => this.read(one, [...path, key]))
    return [...ofVariables, ...inner]
  }

  #variables(given: Record<string, string>): Finding[] {
    const resolved: Record<string, string> = {}
    for (const [name, text] of Object.entries(given)) {
      const { text: value, missing } = resolveReferences(text, this.#env)
      if (value !== null) resolved[name] = value
      else if (/_API_KEYS?$/.test(name))
        this.#context.leftOut(this.#where.file, `${name}: ${missing ?? name} is not set here`)
    }
    return keysIn(resolved, this.#where, this.#context)
  }

  /** The accounts of one object; null: it is none. */
  #account(fields: Fields, path: readonly string[]): Finding[] | null {
    const found = Object.entries(fields).flatMap(([name, given]) => {
      const parts = VARIABLE.test(name) ? null : KEY.exec(plain(name))
      const texts = parts === null ? [] : readKeyTexts(given)
      return texts.flatMap((text) => this.#key(text, { fields, path, prefix: parts?.[1] ?? '' }))
    })
    return found.length === 0 ? null : found
  }

  /** The accounts of one field with a key; none: no service is named, and the key has no form of its own. */
  #key(
    text: string,
    { fields, path, prefix }: { fields: Fields; path: readonly string[]; prefix: string },
  ): Finding[] {
    const field = (names: readonly string[]) =>
      names.map((name) => Object.entries(fields).find(([key]) => plain(key) === name)?.[1]).find(isGiven)
    const given = readText(field([`${prefix}baseurl`, ...URLS]))
    const baseUrl = readUrl(given, this.#env)
    const names = [prefix, ...SERVICES.map((name) => readText(field([name]))), ...path.toReversed()]
    const named = names.filter((name) => name !== null && name !== '') as string[]
    const service = this.#service(named, baseUrl)
    const { text: key, missing } = resolveReferences(text, this.#env)
    const models = readModels(fields['models'] ?? fields['model'])
    return findEachKey(key, (secret, notes) => {
      const byForm = secret === null ? null : findServiceByKey(this.#context.providers, secret)
      const {
        provider = null,
        baseUrl: base = null,
        label = null,
      } = service ?? (byForm === null ? {} : { ...byForm, label: byForm.name })
      const one = keyFinding(
        {
          ...this.#where,
          provider,
          baseUrl: base,
          secret,
          name: label ?? named[0] ?? basename(this.#where.file),
          notes: [`at ${path.join('.') || 'the top'}`, ...notes],
          declined: provider === null ? 'its service is not named' : null,
        },
        missing === null ? 'it has no key' : `${missing} is not set here`,
      )
      return { ...one, models: provider === 'custom' && models.length > 0 ? models : null }
    }).filter(({ provider }) => provider !== null || baseUrl !== null)
  }

  #service(
    named: readonly string[],
    baseUrl: string | null,
  ): { provider: string; baseUrl: string | null; label: string | null } | null {
    for (const name of named) {
      const service = serviceCalled(this.#context.providers, name, baseUrl)
      if (service === null) continue
      const usual = serviceCalled(this.#context.providers, name)
      const isUsual = usual?.provider === service.provider && usual.baseUrl === service.baseUrl
      const host = baseUrl === null ? null : (URL.parse(baseUrl)?.hostname ?? null)
      return { ...service, label: isUsual || service.provider !== 'custom' ? name : (host ?? name) }
    }
    return null
  }
}

/** Compose fills `${NAME}` from the `.env` file beside it. */
function readEnvBeside(path: string, { files }: ReadContext): Variables {
  const beside = join(dirname(path), '.env')
  return files.kind(beside) === 'file' ? parseEnvText(files.text(beside)) : {}
}

/** Names, or objects with an `id` or a `name`; LibreChat puts the list into `default`. */
function readModels(given: unknown): string[] {
  const list = isFields(given) ? given['default'] : given
  if (!Array.isArray(list)) return readTexts(list)
  return list.flatMap((one) => readText(isFields(one) ? (one['id'] ?? one['name']) : one) ?? [])
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]/g, '')
}

function isGiven(value: unknown): boolean {
  return readText(value) !== null || (Array.isArray(value) && value.length > 0)
}

/** Short texts are names, and counts are none: `token: 4096`. */
const SHORTEST_KEY = 12

/** The keys of a field: one, a list, or a list of objects with a `value` (Bifrost). */
function readKeyTexts(given: unknown): string[] {
  const list = Array.isArray(given) ? (given as unknown[]) : [given]
  return list
    .map((one) =>
      readText(isFields(one) ? (one['value'] ?? one['key'] ?? one['api_key'] ?? one['apiKey']) : one),
    )
    .filter(
      (text) =>
        text !== null && (text.length >= SHORTEST_KEY || /^\$|^os\.environ/.test(text)) && !/\s/.test(text),
    )
    .filter((text) => text !== null)
}

function readUrl(text: string | null, env: Variables): string | null {
  const url = resolveReferences(text, env).text
  return url !== null && /^https?:\/\//i.test(url) ? url : null
}

/** `{NAME: text}`, or a list of `NAME=text` and of `{name, value}`. Null: no variables. */
function readVariables(value: unknown): Record<string, string> | null {
  const pairs = Array.isArray(value) ? value.map(readPair) : isFields(value) ? Object.entries(value) : []
  const found = pairs.flatMap((pair): [string, string][] => {
    const text = readText(pair?.[1])
    return pair !== null && VARIABLE.test(pair[0] ?? '') && text !== null ? [[pair[0] ?? '', text]] : []
  })
  return found.length === 0 ? null : Object.fromEntries(found)
}

function readPair(one: unknown): [string, unknown] | null {
  if (isFields(one)) return [readText(one['name']) ?? '', one['value']]
  const parts = /^([^=]+)=(.*)$/s.exec(typeof one === 'string' ? one : '')
  return parts === null ? null : [parts[1]?.trim() ?? '', parts[2]]
}
