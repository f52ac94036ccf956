import { dirname, join, resolve } from 'node:path'
import { makeFinding } from '../finding.ts'
import type { AliasFinding, Finding } from '../finding.ts'
import { keyFinding } from '../read/key-problem.ts'
import { readFields, isFields, parseJson, readText, readTexts, textFields } from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import { resolveReferences } from '../read/references.ts'
import { serviceAt, serviceCalled, subscriptionTerms } from '../read/service.ts'
import type { Service } from '../read/service.ts'
import { DamagedFile } from '../read/source.ts'
import type { ReadContext, Source, SourceFile } from '../read/source.ts'
import { findEachKey } from '../read/split-keys.ts'

/** opencode: its key store, and keys in its configuration. */
export const opencode: Source = {
  id: 'opencode',
  label: 'opencode',
  inFolder: /^(auth|opencode)\.jsonc?$/,
  asFile: /\.jsonc?$/,
  usual(context) {
    const data = context.env['XDG_DATA_HOME'] || join(context.home, '.local/share')
    const config = join(context.env['XDG_CONFIG_HOME'] || join(context.home, '.config'), 'opencode')
    const names = ['opencode.json', 'opencode.jsonc']
    return [
      join(data, 'opencode', 'auth.json'),
      ...[config, context.folder].flatMap((folder) => names.map((name) => join(folder, name))),
    ]
  },
  read(file, context) {
    const parsed = parseJson(file)
    if (!isFields(parsed)) return null
    if (isFields(parsed['provider'])) return configuredKeys(file, parsed, context)
    const entries = Object.entries(parsed)
    const isStore =
      entries.length > 0 &&
      entries.every(([, entry]) => ['api', 'oauth', 'wellknown'].includes(String(readFields(entry)['type'])))
    if (isStore) return entries.flatMap(([id, entry]) => storedKey(id, readFields(entry), file, context))
    return '$schema' in parsed && /opencode/.test(String(parsed['$schema'])) ? [] : null
  },
}

function storedKey(id: string, entry: Fields, file: SourceFile, context: ReadContext): Finding[] {
  const said = { source: 'opencode', file: file.path, name: id } as const
  const service = serviceCalled(context.providers, id)
  if (entry['type'] === 'oauth') {
    const declined = `a login of ${id}: ${subscriptionTerms}`
    return [makeFinding({ ...said, provider: service?.provider ?? null, declined })]
  }
  if (entry['type'] === 'wellknown') {
    const declined = 'a token of an organisation for opencode itself, not a key of a service'
    return [makeFinding({ ...said, provider: null, declined })]
  }
  return findEachKey(readText(entry['key']), (secret, notes) =>
    serviceFinding({ ...said, secret, notes }, service, 'its key is empty'),
  )
}

function configuredKeys(file: SourceFile, config: Fields, context: ReadContext): Finding[] {
  const disabled = readTexts(config['disabled_providers'])
  return Object.entries(readFields(config['provider'])).flatMap(([id, provider]) => {
    const options = readFields(readFields(provider)['options'])
    const written = readText(options['apiKey'])
    const baseUrl = substituted(readText(options['baseURL']), file, context)
    const headers = Object.keys(textFields(readFields(options['headers'])))
    if (written === null && baseUrl === null) {
      if (Object.keys(options).length > 0)
        context.leftOut(file.path, `provider.${id}: it names no key and no base URL`)
      return []
    }
    const service = configuredService(id, readFields(provider), baseUrl, context)
    const { models, aliases } = modelsIn(readFields(readFields(provider)['models']))
    const missing =
      written === null ? 'it has no key' : 'the variable or file that its apiKey names is not there'
    const more = headers.length === 0 ? [] : [`its own headers are left behind: ${headers.join(', ')}`]
    return findEachKey(substituted(written, file, context), (secret, ofKey) => {
      const notes = [...more, ...ofKey]
      const said = { source: 'opencode', file: file.path, name: id, secret, aliases, notes } as const
      const one = serviceFinding({ ...said, enabled: !disabled.includes(id) }, service, missing)
      return { ...one, models: one.provider === 'custom' && models.length > 0 ? models : null }
    })
  })
}

/** The package of a service of the user names its dialect. */
function configuredService(
  id: string,
  provider: Fields,
  baseUrl: string | null,
  context: ReadContext,
): Service | null {
  const called = serviceCalled(context.providers, id, baseUrl)
  const isMessages = readText(provider['npm']) === '@ai-sdk/anthropic'
  return called?.provider === 'custom' && isMessages
    ? serviceAt(context.providers, called.baseUrl, 'anthropic')
    : called
}

/** A model may have an `id` of its own at the service; the key is then the name that people use. */
function modelsIn(fields: Fields): { models: string[]; aliases: AliasFinding[] } {
  const entries = Object.entries(fields).map(([name, model]) => ({
    name,
    model: readText(readFields(model)['id']) ?? name,
    rank: 0,
  }))
  return {
    models: entries.map(({ model }) => model),
    aliases: entries.filter(({ name, model }) => name !== model),
  }
}

function serviceFinding(
  said: Pick<Finding, 'source' | 'file' | 'name' | 'secret' | 'notes'> & Partial<Finding>,
  service: Service | null,
  missing: string,
): Finding {
  const unknown = `qwenctl knows no service ${said.name}; with its base URL it can be added: qwenctl auth add -p custom --base-url URL`
  const declined = service === null ? unknown : null
  const { provider = null, baseUrl = null } = service ?? {}
  return keyFinding({ ...said, provider, baseUrl, note: service?.note, declined }, missing)
}

/**
 * Replaces `{env:VAR}` and `{file:path}`, with paths relative to the configuration's folder; null if the target is
 * missing.
 */
function substituted(text: string | null, file: SourceFile, context: ReadContext): string | null {
  const what = /^\{file:(.+)\}$/.exec(text ?? '')?.[1]
  if (what === undefined) return resolveReferences(text, context.env).text
  const path = what.startsWith('~') ? join(context.home, what.slice(1)) : resolve(dirname(file.path), what)
  if (context.files.kind(path) !== 'file') return null
  try {
    return readText(context.files.text(path))
  } catch (error) {
    if (error instanceof DamagedFile) return null
    throw error
  }
}
