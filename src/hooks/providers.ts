import type { Hook, Interfaces } from '@oclif/core'
import { builtinProviders } from '../lib/provider/builtin/index.ts'
import type { Provider } from '../lib/provider/provider.ts'

/** The payload of the hook `qwenctl:providers`. A change that breaks plugins raises the number. */
export const PROVIDERS_API_VERSION = 1

interface ProvidersHook {
  options: { apiVersion: number }
  return: readonly Provider[]
}

/** Returns the built-in providers, through the hook that plugins use. */
const hook: Hook<'qwenctl:providers', Interfaces.Hooks & { 'qwenctl:providers': ProvidersHook }> =
  async function () {
    return builtinProviders
  }

export default hook
