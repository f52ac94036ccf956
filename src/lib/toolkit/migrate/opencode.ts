import { dirname, join, resolve } from 'node:path'
import { finding } from './finding.ts'
import type { Finding } from './finding.ts'
import { fieldsOf, isFields, parseJson, textOf } from './parse-file.ts'
import type { Fields } from './parse-file.ts'
import { serviceAt, subscriptionTerms } from './service.ts'
import { DamagedFile } from './source.ts'
import type { Look, Source, SourceFile } from './source.ts'
import { keyProblem } from './variables.ts'

/** opencode's service names that differ from qwenctl's. */
const services: Readonly<Record<string, { provider: string; baseUrl?: string }>> = {
  google: { provider: 'gemini' },
  'fireworks-ai': { provider: 'fireworks' },
  alibaba: { provider: 'qwen' },
  'alibaba-cn': { provider: 'qwen', baseUrl: 'https://dashscope.aliyuncs.com/compatible-mode/v1' },
  xai: { provider: 'custom', baseUrl: 'https://api.x.ai/v1' },
}

/** opencode: its key store, and keys in its configuration. */
export const opencode: Source = {
  id: 'opencode',
  label: 'opencode',
  inFolder: /^(auth|opencode)\.jsonc?$/,
  asFile: /\.jsonc?$/,
  usual(look) {
    const data = look.env['XDG_DATA_HOME'] || join(look.home, '.local/share')
    const config = join(look.env['XDG_CONFIG_HOME'] || join(look.home, '.config'), 'opencode')
    const names = ['opencode.json', 'opencode.jsonc']
    return [
      join(data, 'opencode', 'auth.json'),
      ...[config, look.folder].flatMap((folder) => names.map((name) => join(folder, name))),
    ]
  },
  read(file, look) {
    const parsed = parseJson(file)
    if (!isFields(parsed)) return null
    if (isFields(parsed['provider'])) return configuredKeys(file, parsed['provider'], look)
    const entries = Object.entries(parsed)
    const isStore =
      entries.length > 0 &&
      entries.every(([, entry]) => ['api', 'oauth', 'wellknown'].includes(String(fieldsOf(entry)['type'])))
    if (isStore) return entries.map(([id, entry]) => storedKey(id, fieldsOf(entry), file, look))
    return '$schema' in parsed && /opencode/.test(String(parsed['$schema'])) ? [] : null
  },
}

function storedKey(id: string, entry: Fields, file: SourceFile, look: Look): Finding {
  const said = { source: 'opencode', file: file.path, name: id } as const
  const service = serviceOf(id, null, look)
  if (entry['type'] === 'oauth') {
    const declined = `a login of ${id}: ${subscriptionTerms}`
    return finding({ ...said, provider: service?.provider ?? null, declined })
  }
  if (entry['type'] === 'wellknown') {
    const declined = 'a token of an organisation for opencode itself, not a key of a service'
    return finding({ ...said, provider: null, declined })
  }
  return keyFinding(said, { secret: textOf(entry['key']), service, baseUrl: null })
}

function configuredKeys(file: SourceFile, providers: Fields, look: Look): Finding[] {
  return Object.entries(providers).flatMap(([id, provider]) => {
    const options = fieldsOf(fieldsOf(provider)['options'])
    const written = textOf(options['apiKey'])
    if (written === null) return []
    const baseUrl = substituted(textOf(options['baseURL']), file, look)
    const secret = substituted(written, file, look)
    const service = serviceOf(id, baseUrl, look)
    const models = Object.keys(fieldsOf(fieldsOf(provider)['models']))
    const one = keyFinding({ source: 'opencode', file: file.path, name: id }, { secret, service, baseUrl })
    if (secret === null) one.declined = 'the variable or file that its apiKey names is not there'
    return [{ ...one, models: one.provider === 'custom' && models.length > 0 ? models : null }]
  })
}

function serviceOf(id: string, baseUrl: string | null, look: Look): ReturnType<typeof serviceAt> | null {
  const known = services[id]
  const own = look.providers.some((provider) => provider.id === id && !provider.needsBaseUrl) ? id : null
  if (known === undefined && own === null && baseUrl === null) return null
  return serviceAt(look.providers, baseUrl ?? known?.baseUrl ?? null, known?.provider ?? own ?? 'custom')
}

function keyFinding(
  said: Pick<Finding, 'source' | 'file' | 'name'>,
  given: { secret: string | null; service: ReturnType<typeof serviceAt> | null; baseUrl: string | null },
): Finding {
  const { secret, service, baseUrl } = given
  const unknown = `qwenctl knows no service ${said.name}; with its base URL it can be added: qwenctl auth add -p custom --base-url URL`
  const problem = secret === null ? 'its key is empty' : keyProblem(secret, baseUrl)
  return finding({
    ...said,
    provider: service?.provider ?? null,
    baseUrl: service?.baseUrl ?? null,
    secret,
    declined: service === null ? unknown : problem,
  })
}

/**
 * Replaces `{env:VAR}` and `{file:path}`, with paths relative to the configuration's folder; null if the target is
 * missing.
 */
function substituted(text: string | null, file: SourceFile, look: Look): string | null {
  const [, kind, what = ''] = /^\{(env|file):(.+)\}$/.exec(text ?? '') ?? []
  if (kind === undefined) return text
  if (kind === 'env') return textOf(look.env[what])
  const path = what.startsWith('~') ? join(look.home, what.slice(1)) : resolve(dirname(file.path), what)
  if (look.files.kind(path) !== 'file') return null
  try {
    return textOf(look.files.text(path))
  } catch (error) {
    if (error instanceof DamagedFile) return null
    throw error
  }
}
