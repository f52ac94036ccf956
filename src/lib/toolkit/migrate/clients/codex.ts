import { dirname, join } from 'node:path'
import { makeFinding } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { keyFinding } from '../read/key-problem.ts'
import { readFields, isFields, parseJson, parseToml, textFields, readText } from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import { parseEnvText } from '../read/env-text.ts'
import { resolveReferences, resolveValue } from '../read/references.ts'
import { serviceAt, subscriptionTerms } from '../read/service.ts'
import type { ReadContext, Source, SourceFile } from '../read/source.ts'
import { findEachKey } from '../read/split-keys.ts'

const SOURCE = 'codex'

/** Codex: its API key, and the services of its configuration. Its ChatGPT login stays. */
export const codex: Source = {
  id: SOURCE,
  label: 'Codex',
  inFolder: /^(auth\.json|config\.toml)$/,
  asFile: /\.(json|toml)$/,
  usual({ env, home }) {
    const folder = env['CODEX_HOME'] || join(home, '.codex')
    return [join(folder, 'auth.json'), join(folder, 'config.toml')]
  },
  read(file, context) {
    if (file.path.endsWith('.toml')) return configuredServices(file, context)
    const parsed = parseJson(file)
    if (!isFields(parsed) || !('OPENAI_API_KEY' in parsed || 'auth_mode' in parsed)) return null
    return storedLogins(parsed, file)
  },
}

function storedLogins(parsed: Fields, file: SourceFile): Finding[] {
  const where = { source: SOURCE, file: file.path, provider: 'openai', name: 'codex' } as const
  const key = readText(parsed['OPENAI_API_KEY'])
  const token = `a personal access token of ChatGPT: ${subscriptionTerms}`
  const login = `a ChatGPT login: ${subscriptionTerms}; its refresh token also works once only, so taking it would end the login of Codex`
  return [
    ...(key === null ? [] : findEachKey(key, (secret, notes) => keyFinding({ ...where, secret, notes }))),
    ...(isFields(parsed['tokens']) ? [makeFinding({ ...where, declined: login })] : []),
    ...(readText(parsed['personal_access_token']) === null
      ? []
      : [makeFinding({ ...where, declined: token })]),
  ]
}

/**
 * The tables `[model_providers.ID]`: `base_url`, `env_key`, `env_key_instructions`, `wire_api`, `query_params`,
 * `http_headers`, `experimental_bearer_token`, `requires_openai_auth` (github.com/openai/codex, docs/config.md, read
 * 2026-11-30).
 */
function configuredServices(file: SourceFile, context: ReadContext): Finding[] | null {
  const config = parseToml(file)
  if (!isFields(config)) return null
  const services = Object.entries(readFields(config['model_providers']))
  const isCodex = services.length > 0 || 'model_provider' in config || 'approval_policy' in config
  if (!isCodex) return null
  const beside = join(dirname(file.path), '.env')
  const fromFile = context.files.kind(beside) === 'file' ? parseEnvText(context.files.text(beside)) : {}
  return services.flatMap(([id, entry]) => serviceKeys(id, readFields(entry), { file, context, fromFile }))
}

function serviceKeys(
  id: string,
  entry: Fields,
  { file, context, fromFile }: { file: SourceFile; context: ReadContext; fromFile: Record<string, string> },
): Finding[] {
  const variables = { ...fromFile, ...context.env }
  const baseUrl = resolveReferences(readText(entry['base_url']), variables).text
  const service = serviceAt(context.providers, baseUrl, 'openai')
  const envKey = readText(entry['env_key'])
  const written = readText(entry['experimental_bearer_token'])
  const text = written ?? (envKey === null ? null : resolveValue(variables, envKey))
  const headers = [
    ...Object.keys(textFields(entry['http_headers'])),
    ...Object.keys(textFields(entry['env_http_headers'])),
  ]
  const notes = [
    ...(envKey === null ? [] : [`from ${envKey}`]),
    ...(headers.length === 0 ? [] : [`its own headers are left behind: ${headers.join(', ')}`]),
  ]
  if (text === null && envKey === null && (entry['requires_openai_auth'] === true || baseUrl === null))
    return []
  const said = { source: SOURCE, file: file.path, name: id, ...service } as const
  return findEachKey(text, (secret, more) =>
    keyFinding(
      { ...said, secret, notes: [...notes, ...more] },
      envKey === null ? 'it has no key' : `${envKey} is not set here`,
    ),
  )
}
