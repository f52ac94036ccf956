// Facts of the built-in providers, for docs/limits.md and docs/providers.md.
import { builtinProviders } from '../../src/lib/provider/builtin/index.ts'
import type { Endpoint, Provider } from '../../src/lib/provider/provider.ts'
import { code, table } from './markdown.ts'

/** One row per endpoint that has default limits of its own, and one per provider. */
export function defaultLimits(): string {
  const rows = builtinProviders.flatMap((provider) => [
    [code(provider.id), 'all endpoints', limitsText(provider.defaultLimits)],
    ...provider.endpoints
      .filter((endpoint) => endpoint.limits !== undefined)
      .map((endpoint) => [code(provider.id), endpointName(endpoint), limitsText(endpoint.limits ?? [])]),
  ])
  return table(['Provider', 'Where', 'Default limits'], rows)
}

/** What the definition of each provider says, by its id. */
export function providerFacts(): Map<string, string> {
  return new Map(builtinProviders.map((provider) => [provider.id, factsOf(provider)]))
}

function factsOf(provider: Provider): string {
  const { endpoints } = provider
  const facts = [
    `- Key: ${keyText(provider)}`,
    `- Default limits: ${limitsText(provider.defaultLimits)}`,
    `- Checked with: ${provider.check === null ? 'nothing' : code(`GET ${provider.check.path}`)}`,
    ...(provider.terms === null ? [] : [`- Terms: ${provider.terms}`]),
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
  ])
  const notes = [...new Set(endpoints.flatMap(({ terms }) => (terms === undefined ? [] : [terms])))].map(
    (terms) =>
      `- Terms of ${endpoints
        .filter((endpoint) => endpoint.terms === terms)
        .map(({ id }) => code(id))
        .join(', ')}: ${terms}`,
  )
  return [
    [...facts, ...notes].join('\n'),
    table(['Endpoint', 'What it is', 'OpenAI dialect', 'Anthropic dialect'], rows),
  ].join('\n\n')
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
