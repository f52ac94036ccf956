import type { PluginCalls } from '../../provider/plugins/plugin-calls.ts'
import type { AddressRules } from '../accounts/account-fields.ts'
import type { ProviderAnswers } from './provider-answers.ts'
import { builtinAnswers } from './provider-answers.ts'
import type { ProviderRegistry } from './provider-registry.ts'

/** Calls a plugin's function with a time limit, and throws the error from `tooSlow` on a timeout. */
export type CallPlugin = <Value>(call: () => Value, tooSlow: (limitMs: number) => Error) => Value

export interface ProvidersParts extends Pick<PluginCalls, 'clock' | 'onFault'> {
  /** Loads the plugins' providers; missing: only the built-in providers exist. */
  loadProviders?: (() => Promise<ProviderAnswers>) | undefined
  /** Missing: no time limit. */
  callPlugin?: CallPlugin | undefined
  addressRules: () => Promise<AddressRules>
}

/** Loads the plugins' providers, and wraps each of their functions with checks and a time limit. */
export async function openProviders(parts: ProvidersParts): Promise<ProviderRegistry> {
  const { buildRegistry } = await import('../../provider/registry.ts')
  const { PluginTooSlow } = await import('../../provider/plugins/plugin-calls.ts')
  const { isMetadataHost } = await import('../../net/metadata-addresses.ts')
  const { loadProviders = builtinAnswers, callPlugin = (call) => call(), clock, onFault } = parts
  // Unreadable settings are reported where they matter; the strict rule holds in the meantime.
  const { allowMetadata } = await parts.addressRules().catch(() => ({ allowMetadata: false }))
  const { answers, failures } = await loadProviders()
  return buildRegistry(answers, failures, {
    calls: { run: (call) => callPlugin(call, (limitMs) => new PluginTooSlow(limitMs)), clock, onFault },
    refuseAddress: ({ hostname }) =>
      !allowMetadata && isMetadataHost(hostname)
        ? 'is an address of cloud metadata; if a model answers there, set proxy.allowMetadata to true'
        : null,
  })
}
