// A configuration of any program, named with --from: JSON, YAML or TOML. An object with a key and a base URL is an
// account. A key below the name of a service is one too. Blocks of variables are read as `.env` files are.
import { basename, dirname, join } from 'node:path'
import { redact } from '../../../account/mask.ts'
import type { Finding } from '../finding.ts'
import { parseEnvText } from '../read/env-text.ts'
import { keyFinding } from '../read/key-problem.ts'
import {
  isFields,
  parseJson,
  parseToml,
  parseYamlDocuments,
  readText,
  readTexts,
} from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import { findServiceByKey } from '../read/own-keys.ts'
import { resolveReferences } from '../read/references.ts'
import type { Variables } from '../read/references.ts'
import type { ReadContext, Source, SourceFile } from '../read/source.ts'
import { findEachKey } from '../read/split-keys.ts'
import { keysIn } from '../read/variables.ts'
import { findDocumentService } from './document-service.ts'
import type { KeyPlace } from './document-service.ts'
import { openKubernetes } from './kubernetes.ts'
import { plainField } from './plain-field.ts'

const SOURCE = 'document'

/** Any depth of a real configuration; a deeper one is none. */
const DEEPEST = 12
const DEEPEST_LIST = 24

/** Names of fields in lower case, without separators. A prefix names the service: `openRouterApiKey` (Roo Code). */
const KEY = /^(.*?)(?:apikeys?|apitoken)$|^()(?:keys?|authtoken|accesstoken|token)$/

/** Keys of Maps and Firebase have the form of Gemini, repositories that of GitHub Models, and short `sk-` any service. */
const SHARED_FORMS = new Set(['gemini', 'github-models', 'qwen'])

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
  if (/\.jsonc?$/i.test(file.path)) return parseJson(file)
  const documents = parseYamlDocuments(file)
  return documents.length > 1 ? documents : documents[0]
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

  /** The accounts in a value. `path`: the names that lead to it. `depth`: the lists around it count too. */
  read(given: unknown, path: readonly string[] = [], depth = 0): Finding[] {
    if (path.length > DEEPEST || depth > DEEPEST_LIST) return []
    const value = openKubernetes(given)
    const name = path.at(-1) ?? ''
    const variables = VARIABLES.test(name) || path.length === 0 ? readVariables(value) : null
    const ofVariables = variables === null ? [] : this.#variables(variables)
    if (Array.isArray(value))
      return [...ofVariables, ...value.flatMap((one) => this.read(one, path, depth + 1))]
    if (!isFields(value)) return ofVariables
    const own = this.#account(value, path)
    if (own !== null) return own
    const inner = Object.entries(value).flatMap(([key, one]) => this.read(one, [...path, key], depth + 1))
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
    const keys = Object.entries(fields).flatMap(([name, given]) => {
      const parts = VARIABLE.test(name) ? null : KEY.exec(plainField(name))
      if (parts === null) return []
      const isToken = !/apikeys?$/.test(parts[0])
      return readKeyTexts(given).map((text) => ({ text, prefix: parts[1] ?? '', isToken }))
    })
    const isShared = new Set(keys.map(({ prefix }) => prefix)).size > 1
    const found = keys.flatMap(({ text, ...key }) => this.#key(text, { ...key, fields, path, isShared }))
    return found.length === 0 ? null : found
  }

  /** The accounts of one field with a key; none: no service is named, and the key has no form of its own. */
  #key(text: string, given: Omit<KeyPlace, 'env' | 'providers'>): Finding[] {
    const { fields, path } = given
    const said = findDocumentService({ ...given, env: this.#env, providers: this.#context.providers })
    const { text: key, missing } = resolveReferences(text, this.#env)
    const models = readModels(fields['models'] ?? fields['model'])
    return findEachKey(key, (secret, notes) => {
      const byForm = said.isOpen && secret !== null ? this.#byForm(secret) : null
      const { provider = null, baseUrl = null, label = null } = said.service ?? byForm ?? {}
      const one = keyFinding(
        {
          ...this.#where,
          provider,
          baseUrl,
          secret,
          name: redact(label ?? said.name ?? basename(this.#where.file), []),
          notes: [redact(`at ${path.join('.') || 'the top'}`, []), ...notes],
          declined: said.problem,
        },
        missing === null ? 'it has no key' : `${missing} is not set here`,
      )
      return { ...one, models: provider === 'custom' && models.length > 0 ? models : null }
    }).filter(({ provider }) => provider !== null)
  }

  /** The service that alone issues keys of this form; null: none. */
  #byForm(secret: string): { provider: string; baseUrl: string | null; label: string } | null {
    const found = findServiceByKey(this.#context.providers, secret)
    return found === null || SHARED_FORMS.has(found.provider) ? null : { ...found, label: found.name }
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
