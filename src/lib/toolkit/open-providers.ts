import type { PluginCalls } from '../provider/plugin-calls.ts'
import type { AddressRules } from './accounts/account-fields.ts'
import type { ProviderAnswers } from './provider-answers.ts'
import { builtinAnswers } from './provider-answers.ts'
import type { ProviderRegistry } from './toolkit.ts'

/** Calls a function of a plugin within bounds, and throws what `tooSlow` makes where it stops one. */
export type CallPlugin = <Value>(call: () => Value, tooSlow: (limitMs: number) => Error) => Value

export interface ProvidersParts extends Pick<PluginCalls, 'clock' | 'onFault'> {
  /** Asks the plugins; left out: there are the built-in providers alone. */
  loadProviders?: (() => Promise<ProviderAnswers>) | undefined
  /** Left out: without bounds. */
  callPlugin?: CallPlugin | undefined
  addressRules: () => Promise<AddressRules>
}

/** Asks the plugins for their providers, and puts each function of theirs behind one checked and bounded door. */
export async function openProviders(parts: ProvidersParts): Promise<ProviderRegistry> {
  const { buildRegistry } = await import('../provider/registry.ts')
  const { PluginTooSlow } = await import('../provider/plugin-calls.ts')
  const { isMetadataHost } = await import('../net/metadata-addresses.ts')
  const { loadProviders = builtinAnswers, callPlugin = (call) => call(), clock, onFault } = parts
  // Settings that cannot be read are reported where they matter; the strict rule holds meanwhile.
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
