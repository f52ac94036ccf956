import { defineProvider, type ProviderDefinition } from '../../define-provider.ts'
import { normalizeBaseUrl } from '../../endpoints.ts'
import { markOwn } from '../../plugins/own-functions.ts'
import type { Provider } from '../../provider.ts'

interface LocalServer extends Pick<
  ProviderDefinition,
  'id' | 'label' | 'outcomes' | 'routes' | 'keyVariables'
> {
  /** The default port of the server. */
  port: number
}

/**
 * A server of models on a machine of the user, with both dialects at one base. It needs no key unless its owner sets
 * one.
 */
export function defineLocalServer({ port, ...facts }: LocalServer): Provider {
  const usual = `http://127.0.0.1:${port}/v1`
  return defineProvider({
    ...facts,
    keyIsOptional: true,
    endpoints: [{ id: 'local', label: `this machine, port ${port}`, openai: usual, anthropic: usual }],
    bases: markOwn((baseUrl: string | null) => {
      const base = baseUrl === null ? usual : normalizeBaseUrl(baseUrl)
      const both = /\/v\d+$/.test(base) ? base : `${base}/v1`
      return { openai: both, anthropic: both }
    }),
  })
}
