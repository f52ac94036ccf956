import { dirname, join } from 'node:path'
import { isLoopbackUrl } from '../../../base/loopback.ts'
import type { Finding } from '../finding.ts'
import { parseEnvText } from '../read/env-text.ts'
import { keyFinding } from '../read/key-problem.ts'
import {
  readEntries,
  readFields,
  isFields,
  parseJson,
  parseYaml,
  textFields,
  readText,
} from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import type { Variables } from '../read/references.ts'
import { resolveReferences } from '../read/references.ts'
import { serviceAt, serviceCalled } from '../read/service.ts'
import type { Service } from '../read/service.ts'
import type { ReadContext, Source, SourceFile } from '../read/source.ts'
import { findEachKey } from '../read/split-keys.ts'

const SOURCE = 'continue'

/**
 * Continue: the models of its configuration with their keys, as `config.yaml` or the older `config.json`. Secrets are
 * in a `.env` beside it, or in the environment (docs.continue.dev/reference, read 2026-11-30).
 */
export const continueSource: Source = {
  id: SOURCE,
  label: 'Continue',
  inFolder: /^config\.(ya?ml|json)$/,
  asFile: /\.(ya?ml|json)$/,
  usual: ({ env, home, folder }) =>
    [env['CONTINUE_GLOBAL_DIR'] || join(home, '.continue'), join(folder, '.continue')].flatMap((parent) =>
      ['config.yaml', 'config.json'].map((name) => join(parent, name)),
    ),
  read(file, context) {
    const config = file.path.endsWith('.json') ? parseJson(file) : parseYaml(file)
    if (!isFields(config)) return null
    const models = modelsIn(config)
    if (!models.some((model) => 'provider' in model && 'model' in model)) return null
    for (const block of models.filter((model) => 'uses' in model))
      context.leftOut(
        file.path,
        `${readText(block['uses']) ?? 'a block'}: a block of the hub; its keys are variables`,
      )
    const variables = readVariables(file, context)
    const rows = models.flatMap((model) => modelKeys(model, { file, context, variables }))
    return mergeModels(rows)
  },
}

function modelsIn(config: Fields): Fields[] {
  // Its service is the `name`, and older versions have the key among the parameters.
  const given = readFields(config['reranker'])
  const reranker: Fields = { provider: given['name'], ...given, ...readFields(given['params']) }
  const older = [
    config['tabAutocompleteModel'],
    config['embeddingsProvider'],
    reranker['provider'] === undefined ? null : reranker,
  ]
  return readEntries([config['models'], ...older].flat())
}

function readVariables({ path }: SourceFile, context: ReadContext): Variables {
  const beside = [
    join(dirname(path), '.env'),
    join(context.home, '.continue', '.env'),
    join(context.folder, '.env'),
  ]
  const files = beside.filter((one) => context.files.kind(one) === 'file').reverse()
  return Object.assign(
    {},
    ...files.map((one) => parseEnvText(context.files.text(one))),
    context.env,
  ) as Variables
}

interface Given {
  file: SourceFile
  context: ReadContext
  variables: Variables
}

function modelKeys(entry: Fields, { file, context, variables }: Given): Finding[] {
  const called = readText(entry['provider']) ?? ''
  if ('uses' in entry) return []
  const written = readText(entry['apiKey'])
  const base = resolveReferences(readText(entry['apiBase']), variables)
  const key = resolveReferences(written, variables)
  const service = findService(called, base.text, context)
  const unset = base.missing ?? key.missing
  const problem = service === null ? `qwenctl knows no service ${called}` : null
  const said = {
    source: SOURCE as typeof SOURCE,
    file: file.path,
    name: readText(entry['name']) ?? readText(entry['title']) ?? called,
    ...(service ?? { provider: null, baseUrl: null }),
    // The address tells that a server on this machine needs no key.
    baseUrl: service === null ? null : (service.baseUrl ?? findLocalBase(service.provider, context)),
    models: service?.provider === 'custom' ? readModel(entry) : null,
    egressProxy: readText(readFields(entry['requestOptions'])['proxy']),
    declined: base.missing === null ? problem : `${base.missing} is not set here`,
  }
  const headers = Object.keys(textFields(readFields(entry['requestOptions'])['headers']))
  const notes = headers.length === 0 ? [] : [`its own headers are left behind: ${headers.join(', ')}`]
  return findEachKey(key.text, (secret, more) =>
    keyFinding(
      { ...said, secret, notes: [...notes, ...more] },
      unset === null ? 'its key is empty' : `${unset} is not set here`,
    ),
  )
}

function findService(called: string, baseUrl: string | null, context: ReadContext): Service | null {
  return called === 'anthropic' || called === 'openai'
    ? serviceAt(context.providers, baseUrl, called)
    : serviceCalled(context.providers, called, baseUrl)
}

function findLocalBase(provider: string, context: ReadContext): string | null {
  const base = context.providers.find(({ id }) => id === provider)?.bases(null).openai ?? null
  return base !== null && isLoopbackUrl(base) ? base : null
}

/** `AUTODETECT` lists the models of the server. */
function readModel(entry: Fields): string[] | null {
  const model = readText(entry['model'])
  return model === null || model === 'AUTODETECT' ? null : [model]
}

/** The models of one key and service are one account. */
function mergeModels(rows: Finding[]): Finding[] {
  const merged = new Map<string, Finding>()
  for (const row of rows) {
    const { provider, baseUrl, secret, declined, withoutKey } = row
    const isWhole = declined === null && (secret !== null || withoutKey)
    const key = isWhole ? JSON.stringify([provider, baseUrl, secret]) : `alone ${merged.size}`
    const before = merged.get(key)
    const models = before === undefined ? row.models : joinLists(before.models, row.models)
    merged.set(key, { ...(before ?? row), models })
  }
  return [...merged.values()]
}

function joinLists(one: string[] | null, other: string[] | null): string[] | null {
  return one === null || other === null ? null : [...new Set([...one, ...other])]
}
