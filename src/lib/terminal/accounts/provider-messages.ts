import type { Palette } from '../format/color.ts'
import type { ProviderDetailView } from '../../toolkit/views.ts'

/** The card of one provider, for `providers show`. */
export function formatProvider(provider: ProviderDetailView, palette: Palette): string {
  const lines = [`${palette.strong(provider.id)}  ${provider.label}`]
  for (const [label, value] of fields(provider)) lines.push(`  ${palette.quiet(label.padEnd(15))} ${value}`)
  return lines.join('\n')
}

function fields(provider: ProviderDetailView): [label: string, value: string][] {
  const { keysUrl, keyVariables, routes, countsTogether, limitHeaders, models, terms } = provider
  const has = (wanted: boolean) =>
    Object.entries(routes ?? {})
      .filter(([, is]) => is === wanted)
      .map(([route]) => route)
  return [
    ...provider.endpoints.flatMap((endpoint) => endpointFields(endpoint, provider.kind)),
    ['default limits', provider.defaultLimits.join(', ') || 'none'],
    ['keys', [keysUrl, keyVariables.join(', ')].filter(Boolean).join('; ') || 'none are known'],
    ['together', countsTogether ?? 'not known'],
    ['limits from', limitHeaders.join(', ') || 'errors only, or nowhere'],
    ['routes', has(true).join(', ') || 'not known'],
    ...rows('lacks', has(false)),
    ...rows('models', models),
    ...rows('terms', terms === null ? [] : [terms]),
    ['from', provider.plugin],
  ]
}

function endpointFields(
  endpoint: ProviderDetailView['endpoints'][number],
  kind: ProviderDetailView['kind'],
): [string, string][] {
  const { id, label, openai, anthropic, limits, terms } = endpoint
  return [
    ['endpoint', `${id} (${label})`],
    ...rows(kind === 'http' ? '  base URL' : '  OpenAI', openai === null ? [] : [openai]),
    ...rows('  Anthropic', anthropic === null ? [] : [anthropic]),
    ...rows('  limits', limits ?? []),
    ...rows('  terms', terms === null ? [] : [terms]),
  ]
}

function rows(label: string, values: string[]): [string, string][] {
  return values.length === 0 ? [] : [[label, values.join(', ')]]
}
