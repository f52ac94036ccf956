import type { Provider } from '../../../provider/provider.ts'
import type { Service } from './service.ts'
import { serviceCalled } from './service.ts'

/** Forms of keys that one service alone issues, as its documentation shows them (read 2026-11-30). */
const forms: readonly (readonly [RegExp, string])[] = [
  [/^sk-(proj|svcacct|admin)-/, 'openai'],
  [/^sk-ant-api/, 'anthropic'],
  [/^sk-or-v1-/, 'openrouter'],
  [/^AIza[\w-]{30,}$/, 'gemini'],
  [/^xai-/, 'xai'],
  [/^csk-/, 'cerebras'],
  [/^nvapi-/, 'nvidia'],
  [/^hf_/, 'huggingface'],
  [/^pplx-/, 'perplexity'],
  [/^tgp_v1_/, 'together'],
]

/** Many services issue keys of this form, at any length: none of them may be guessed. */
const COMMON = /^sk-/

/** The only service with keys of this form, with its name; null: none, or several. */
export function findServiceByKey(
  providers: readonly Provider[],
  secret: string,
): (Service & { name: string }) | null {
  const form = forms.find(([pattern]) => pattern.test(secret))
  if (form !== undefined) {
    const service = serviceCalled(providers, form[1])
    return service === null ? null : { ...service, name: form[1] }
  }
  if (COMMON.test(secret)) return null
  const own = providers.filter(({ keyPattern }) => keyPattern?.test(secret) === true)
  const [only] = own
  return only === undefined || own.length > 1 ? null : { provider: only.id, baseUrl: null, name: only.id }
}
