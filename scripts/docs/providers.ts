// Facts of the built-in providers, for docs/guide/limits.md, docs/reference/providers.md and the pages below it.
import { builtinProviders } from '../../src/lib/provider/builtin/index.ts'
import type { Endpoint, Provider } from '../../src/lib/provider/provider.ts'
import { code, table } from './markdown.ts'

/** A row per provider, and per endpoint that has separate default limits. */
export function defaultLimits(): string {
  const rows = builtinProviders.flatMap((provider) => [
    [code(provider.id), 'all endpoints', limitsText(provider.defaultLimits)],
    ...provider.endpoints
      .filter((endpoint) => endpoint.limits !== undefined)
      .map((endpoint) => [code(provider.id), endpointName(endpoint), limitsText(endpoint.limits ?? [])]),
  ])
  return table(['Provider', 'Where', 'Default limits'], rows)
}

/** The definition of each provider in words, by its id. */
export function providerFacts(): Map<string, string> {
  return new Map(builtinProviders.map((provider) => [provider.id, formatFacts(provider)]))
}

/** The index of the pages. */
export function providersIndex(): string {
  return table(
    ['Provider', 'Service', 'Formats', 'Default limits', 'Logs in with'],
    builtinProviders.map((provider) => [
      `[${provider.id}](providers/${provider.id}.md)`,
      provider.label,
      listFormats(provider),
      limitsText([
        ...new Set([...provider.defaultLimits, ...provider.endpoints.flatMap(({ limits }) => limits ?? [])]),
      ]),
      loginText(provider),
    ]),
  )
}

function listFormats({ endpoints }: Provider): string {
  if (endpoints.length === 0) return 'what the base URL says'
  const names = { openai: 'OpenAI', anthropic: 'Anthropic' }
  const spoken = (['openai', 'anthropic'] as const).filter((dialect) =>
    endpoints.some((endpoint) => endpoint[dialect] !== null),
  )
  return spoken.map((dialect) => names[dialect]).join(', ')
}

function loginText({ needsCredential, device, keysUrl }: Provider): string {
  if (!needsCredential) return 'nothing'
  return device !== null && keysUrl === null ? 'a code' : 'API key'
}

function formatFacts(provider: Provider): string {
  const { endpoints } = provider
  const facts = [
    `- Key: ${keyText(provider)}`,
    `- Default limits: ${limitsText(provider.defaultLimits)}`,
    `- Counted together: ${provider.countsTogether ?? 'not known'}`,
    `- Limits are read from: ${headersText(provider)}`,
    `- Routes: ${routesText(provider)}`,
    `- Usage of streams: ${usageText(provider)}`,
    `- Checked with: ${provider.check === null ? 'nothing' : code(`GET ${provider.check.path}`)}`,
    ...(provider.models.length === 0
      ? []
      : [`- Models listed when it cannot be asked: ${provider.models.map(code).join(', ')}`]),
  ]
  if (provider.simulated || endpoints.length === 0) return facts.join('\n')
  const rows = endpoints.map((endpoint) => [
    code(endpoint.id),
    endpoint.label,
    endpoint.openai === null ? '' : code(endpoint.openai),
    endpoint.anthropic === null ? '' : code(endpoint.anthropic),
    endpoint.limits === undefined ? '' : limitsText(endpoint.limits),
  ])
  const hasLimits = rows.some((row) => row.at(-1) !== '')
  const columns = ['Endpoint', 'What it is', 'OpenAI format', 'Anthropic format', 'Default limits']
  return [
    facts.join('\n'),
    hasLimits
      ? table(columns, rows)
      : table(
          columns.slice(0, -1),
          rows.map((row) => row.slice(0, -1)),
        ),
  ].join('\n\n')
}

/** The forbidden uses in each provider's terms, as `auth add` shows them. */
export function providerTerms(): Map<string, string> {
  return new Map(builtinProviders.map((provider) => [provider.id, termsText(provider)]))
}

function termsText({ terms, endpoints }: Provider): string {
  const own = [...new Set(endpoints.flatMap((endpoint) => endpoint.terms ?? []))].map((text) => {
    const ids = endpoints.filter((endpoint) => endpoint.terms === text).map(({ id }) => code(id))
    return `- ${ids.join(', ')}: ${text}`
  })
  const lines = [...(terms === null ? [] : [terms]), ...own]
  return lines.length === 0 ? 'Nothing is known that matters here; read them all the same.' : lines.join('\n')
}

function headersText({ limitHeaders, simulated }: Provider): string {
  if (limitHeaders.length > 0) return limitHeaders.map(code).join(', ')
  return simulated ? 'nowhere' : 'errors alone; there are no headers'
}

function routesText({ routes, endpoints }: Provider): string {
  if (endpoints.length > 0 && endpoints.every(({ openai }) => openai === null)) {
    return 'those of the Anthropic format'
  }
  if (routes === null) return 'not known; each is tried'
  const having = (wanted: boolean) =>
    Object.entries(routes)
      .filter(([, has]) => has === wanted)
      .map(([route]) => code(route))
      .join(', ')
  const lacking = having(false)
  return `${having(true)}${lacking === '' ? '' : `; surely not ${lacking}`}; others are not known, and tried`
}

function usageText({ rejectsStreamOptions, endpoints, simulated }: Provider): string {
  if (endpoints.length > 0 && endpoints.every(({ openai }) => openai === null)) return 'told unasked'
  if (simulated) return 'asked for'
  return rejectsStreamOptions
    ? 'told unasked; `stream_options` are refused, and not added'
    : 'asked for with `stream_options`'
}

function keyText({ needsCredential, keysUrl, keyVariables, device }: Provider): string {
  if (!needsCredential) return 'none needed'
  if (device !== null && keysUrl === null) return 'none; a login with a code'
  const page = keysUrl === null ? 'whatever the service wants' : `from <${keysUrl}>`
  const names = keyVariables.map(code).join(', ')
  return names === '' ? page : `${page}; people keep it in ${names}`
}

function endpointName({ id, label }: Endpoint): string {
  return `${code(id)} (${label})`
}

function limitsText(limits: readonly string[]): string {
  return limits.length === 0 ? 'none' : limits.map(code).join(', ')
}
