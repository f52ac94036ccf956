import { nearest } from '../base/text/nearest.ts'
import { readMessage, QwenctlError } from '../base/errors.ts'
import type { Account } from '../account/account.ts'
import { defineProvider, type ProviderDefinition } from './define-provider.ts'
import { guardProvider, type Pauses } from './plugins/guard-provider.ts'
import type { PluginCalls } from './plugins/plugin-calls.ts'
import type { Dialect, Provider } from './provider.ts'
import { findServiceProvider, normalizeServiceName } from './service-names.ts'

/** A plugin's answer to the hook `qwenctl:providers`. */
export interface RegistryAnswer {
  /** Its npm package. */
  plugin: string
  /** A list of providers or definitions, unchecked. */
  providers: unknown
}

/** A provider as `providers list` shows it. */
export interface ProviderEntry {
  id: string
  label: string
  dialects: Dialect[]
  endpoints: { id: string; label: string; baseUrl: string | null }[]
  defaultLimits: string[]
  keysUrl: string | null
  simulated: boolean
  terms: string | null
  plugin: string
}

/** A single provider as `providers show` displays it. */
export interface ProviderDetail
  extends
    Omit<ProviderEntry, 'endpoints'>,
    Pick<
      Provider,
      | 'kind'
      | 'keyVariables'
      | 'models'
      | 'routes'
      | 'rejectsStreamOptions'
      | 'limitHeaders'
      | 'countsTogether'
    > {
  endpoints: {
    id: string
    label: string
    baseUrl: string | null
    openai: string | null
    anthropic: string | null
    limits: string[] | null
    terms: string | null
  }[]
}

/** The package of qwenctl itself: no plugin can take over its ids. */
const OWN = 'qwenctl'

/** More providers than any real plugin has. */
const MOST_PROVIDERS = 200

/** Functions from outside this room, for checks of addresses and calls of plugins. */
export interface RegistryOptions {
  /** Runs functions of plugins; left out: without bounds, and faults are not reported. */
  calls?: PluginCalls
  /** Why an address is never called; null: calls are allowed. */
  refuseAddress?: (url: URL) => string | null
}

const unboundedCalls: PluginCalls = { run: (call) => call(), clock: () => 0, onFault: () => {} }

/**
 * Collects the plugins' answers. Never throws: a failed hook, a malformed definition and a taken id become
 * `problems`, by plugin. Plugins answer in parallel, so they are read in the order of their names, after qwenctl's
 * own.
 */
export function buildRegistry(
  answers: RegistryAnswer[],
  failures: { plugin: string; message: string; isUnused?: boolean }[],
  options: RegistryOptions = {},
): Registry {
  const registry = new Registry(options)
  for (const { plugin, message, isUnused = false } of failures)
    registry.problems.push(`plugin ${plugin}: ${isUnused ? '' : 'its providers failed: '}${message}`)
  const rank = ({ plugin }: RegistryAnswer) => (plugin === OWN ? '' : plugin)
  for (const answer of answers.toSorted((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))) {
    registry.add(answer)
  }
  return registry
}

/** A provider, with the plugin's unguarded original: each account has its own guard of it. */
interface Entry {
  provider: Provider
  unguarded: Provider
  plugin: string
  pauses: Pauses
}

/** All providers, by id. */
export class Registry {
  readonly problems: string[] = []
  readonly #entries = new Map<string, Entry>()
  readonly #calls: PluginCalls
  readonly #refuseAddress: (url: URL) => string | null

  constructor({ calls = unboundedCalls, refuseAddress = () => null }: RegistryOptions = {}) {
    this.#calls = calls
    this.#refuseAddress = refuseAddress
  }

  /** Takes the valid parts of an answer and reports the others. */
  add({ plugin, providers }: RegistryAnswer): void {
    // The hook's function may also return nothing when it has nothing to add.
    if (providers === undefined || providers === null) return
    if (!Array.isArray(providers)) {
      this.problems.push(`plugin ${plugin}: its hook qwenctl:providers must return a list of providers`)
      return
    }
    if (providers.length > MOST_PROVIDERS)
      this.problems.push(`plugin ${plugin}: only the first ${MOST_PROVIDERS} of its providers are read`)
    for (const definition of providers.slice(0, MOST_PROVIDERS)) this.#addOne(plugin, definition)
  }

  #addOne(plugin: string, definition: unknown): void {
    try {
      const calls = plugin === OWN ? unboundedCalls : this.#calls
      const provider = calls.run(() => defineProvider(definition as ProviderDefinition))
      this.#checkAddresses(provider)
      const holder = this.#entries.get(provider.id)
      if (holder !== undefined) {
        this.problems.push(
          `plugin ${plugin}: provider "${provider.id}" is already registered by ${holder.plugin}`,
        )
        return
      }
      this.#entries.set(provider.id, this.#makeEntry(provider, plugin))
    } catch (error) {
      this.problems.push(`plugin ${plugin}: ${describeError(error)}`)
    }
  }

  #checkAddresses(provider: Provider): void {
    for (const { id, openai, anthropic } of provider.endpoints) {
      for (const url of [openai, anthropic]) {
        const why = url === null ? null : this.#refuseAddress(new URL(url))
        if (why === null) continue
        throw new QwenctlError('invalid_value', `provider "${provider.id}": endpoint "${id}" ${why}`)
      }
    }
  }

  #makeEntry(unguarded: Provider, plugin: string): Entry {
    const pauses: Pauses = new Map()
    if (plugin === OWN) return { provider: unguarded, unguarded, plugin, pauses }
    const code = { plugin, provider: unguarded.id, account: null }
    return { provider: guardProvider(unguarded, code, this.#calls, pauses), unguarded, plugin, pauses }
  }

  /**
   * Finds the provider of this id, or of this common name of a service. Throws `unknown_provider`, naming the
   * nearest.
   */
  get(id: string): Provider {
    const entry =
      this.#entries.get(id) ??
      this.#entries.get(normalizeServiceName(id)) ??
      this.#entries.get(findServiceProvider(id) ?? '')
    if (entry !== undefined) return entry.provider
    const near = nearest(id, this.#entries.keys())
    throw new QwenctlError('unknown_provider', `there is no provider "${id}"`, {
      hint: `${near === null ? '' : `did you mean ${near}? `}qwenctl providers list shows what there is`,
    })
  }

  /**
   * Finds the provider of an account; its faults name the account. Throws `unknown_provider`, naming the nearest.
   */
  of({ provider: id, name }: Pick<Account, 'provider' | 'name'>): Provider {
    const entry = this.#entries.get(id)
    if (entry === undefined) {
      throw new QwenctlError('unknown_provider', `no plugin brings the provider "${id}" of ${id}/${name}`, {
        hint: 'qwenctl plugins install PLUGIN installs it again; qwenctl plugins shows what is installed',
      })
    }
    if (entry.plugin === OWN) return entry.provider
    const { unguarded, plugin, pauses } = entry
    return guardProvider(unguarded, { plugin, provider: id, account: `${id}/${name}` }, this.#calls, pauses)
  }

  /** Throws `unknown_provider`, naming the nearest. */
  show(id: string): ProviderDetail {
    const provider = this.get(id)
    const { kind, keyVariables, models, routes } = provider
    const { rejectsStreamOptions, limitHeaders, countsTogether } = provider
    return {
      ...buildView(provider, this.#entries.get(provider.id)?.plugin ?? OWN),
      terms: provider.terms,
      endpoints: provider.endpoints.map((endpoint) => ({
        id: endpoint.id,
        label: endpoint.label,
        baseUrl: endpoint.openai ?? endpoint.anthropic,
        openai: endpoint.openai,
        anthropic: endpoint.anthropic,
        limits: endpoint.limits ?? null,
        terms: endpoint.terms ?? null,
      })),
      kind,
      keyVariables,
      models,
      routes,
      rejectsStreamOptions,
      limitHeaders,
      countsTogether,
    }
  }

  has(id: string): boolean {
    return this.#entries.has(id)
  }

  all(): Provider[] {
    return [...this.#entries.values()].map(({ provider }) => provider)
  }

  views(): ProviderEntry[] {
    return [...this.#entries.values()].map(({ provider, plugin }) => buildView(provider, plugin))
  }
}

function buildView(provider: Provider, plugin: string): ProviderEntry {
  return {
    id: provider.id,
    label: provider.label,
    dialects: listDialects(provider),
    endpoints: provider.endpoints.map(({ id, label, openai, anthropic }) => ({
      id,
      label,
      baseUrl: openai ?? anthropic,
    })),
    defaultLimits: [...provider.defaultLimits],
    keysUrl: provider.keysUrl,
    simulated: provider.simulated,
    terms:
      provider.terms ?? provider.endpoints.find((endpoint) => endpoint.terms !== undefined)?.terms ?? null,
    plugin,
  }
}

/** Only the account's URL decides, so all dialects are possible. */
function listDialects(provider: Provider): Dialect[] {
  const dialects: Dialect[] = ['openai', 'anthropic', 'gemini']
  if (provider.endpoints.length === 0) return dialects
  return dialects.filter((dialect) =>
    provider.endpoints.some((endpoint) => (endpoint[dialect] ?? null) !== null),
  )
}

/** Plugins can throw any value, even one without a text form. */
function describeError(error: unknown): string {
  try {
    return readMessage(error)
  } catch {
    return 'a definition failed without words'
  }
}
