import { join } from 'node:path'
import type { Finding } from '../finding.ts'
import { keyFinding } from '../read/key-problem.ts'
import {
  readEntries,
  readFields,
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
 * and `PROXY_URL` holds for all (github.com/musistudio/claude-code-router, README.md, read 2026-11-30).
 */
export const claudeCodeRouter: Source = {
  id: SOURCE,
  label: 'claude-code-router',
  inFolder: /^config\.json$/,
  asFile: /\.jsonc?$/,
  usual: ({ home }) => [join(home, '.claude-code-router', 'config.json')],
  read(file, look) {
    const config = parseJson(file)
    if (!isFields(config)) return null
    const providers = readEntries(config['Providers'] ?? config['providers'])
    if (!providers.some((one) => 'api_base_url' in one)) return null
    reportLeftOut(file, config, look)
    return providers.flatMap((provider) => providerKeys(provider, config, { file, look }))
  },
}

function reportLeftOut(file: SourceFile, config: Fields, look: ReadContext): void {
  if (readText(config['APIKEY']) !== null) {
    look.leftOut(file.path, 'APIKEY: a client key of claude-code-router; next: qwenctl keys create NAME')
  }
  const routes = Object.entries(readFields(config['Router'])).flatMap(([name, value]) => {
    const route = readText(value)?.split(',') ?? []
    return route.length < 2 ? [] : [`${name} = ${route.join('/')}`]
  })
  if (routes.length > 0) {
    look.leftOut(
      file.path,
      `Router: ${routes.join(', ')}; qwenctl asks for the model that the client names; next: qwenctl config set aliases.NAME PROVIDER/MODEL`,
    )
  }
}

function providerKeys(
  provider: Fields,
  config: Fields,
  { file, look }: { file: SourceFile; look: ReadContext },
): Finding[] {
  const name = readText(provider['name']) ?? 'claude-code-router'
  const { text: baseUrl, missing: noBase } = resolveReferences(readText(provider['api_base_url']), look.env)
  const { text, missing } = resolveReferences(readText(provider['api_key']), look.env)
  const service = findService(name, provider, baseUrl, look)
  const unset = noBase ?? missing
  const models = readTexts(provider['models'])
  const isCustom = service?.provider === 'custom'
  const said = {
    source: SOURCE,
    file: file.path,
    name,
    provider: service?.provider ?? null,
    baseUrl: service?.baseUrl ?? null,
    // A provider knows its models itself; an unknown service is routed by these alone.
    models: isCustom && models.length > 0 ? models : null,
    egressProxy: resolveReferences(readText(config['PROXY_URL']), look.env).text,
    enabled: !isNo(provider['enabled']),
    declined:
      service === null ? 'it has no api_base_url' : noBase === null ? null : `${noBase} is not set here`,
  } as const
  const own = listTransformers(provider)
  const left = own.length === 0 ? [] : [`its transformers are left behind: ${own.join(', ')}`]
  return findEachKey(text, (secret, notes) =>
    keyFinding(
      { ...said, secret, notes: [...left, ...notes] },
      unset === null ? 'its key is empty' : `${unset} is not set here`,
    ),
  )
}

function findService(name: string, provider: Fields, baseUrl: string | null, look: ReadContext) {
  if (baseUrl === null) return serviceCalled(look.providers, name)
  const isMessages =
    /\/messages\/?$/.test(baseUrl) || listTransformers(provider).some((one) => /^anthropic$/i.test(one))
  return serviceAt(look.providers, baseUrl, isMessages ? 'anthropic' : 'custom')
}

function listTransformers(provider: Fields): string[] {
  const use = readFields(provider['transformer'])['use']
  const list: unknown[] = Array.isArray(use) ? use : []
  return list.flatMap((one) => readText(Array.isArray(one) ? (one as unknown[])[0] : one) ?? [])
}
