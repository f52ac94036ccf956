import type { Provider } from '../../provider/provider.ts'
import type { ProviderRegistry } from '../../toolkit/toolkit.ts'
import { route } from '../route.ts'
import { providers } from '../../contract/providers.ts'
import { needsNoKey } from '../add-account.ts'

/** The supported providers. */
export const providerRoutes = [
  route({
    method: 'GET',
    path: '/api/providers',
    access: 'user',
    summary: 'List the providers, and what an account of each needs',
    answer: providers,
    run: async ({ parts }) => {
      const registry = await parts.toolkit.providers()
      return { providers: registry.all().map((provider) => buildView(registry, provider)) }
    },
  }),
]

function buildView(registry: ProviderRegistry, provider: Provider) {
  const { routes, ...detail } = registry.show(provider.id)
  return {
    ...detail,
    routes: routes === null ? null : { ...routes },
    auth: waysIn(provider),
    needsBaseUrl: provider.needsBaseUrl,
    deviceRefusal: provider.device?.refusal ?? null,
  }
}

/** A login works at any service with a login server; these are the known ones. */
function waysIn(provider: Provider): ('api-key' | 'device' | 'none')[] {
  if (!provider.needsCredential) return ['none']
  if (needsNoKey(provider)) return ['none', 'api-key']
  const isKeyless = provider.device !== null && provider.keysUrl === null
  return [
    ...(provider.device === null ? [] : (['device'] as const)),
    ...(isKeyless ? [] : (['api-key'] as const)),
  ]
}
