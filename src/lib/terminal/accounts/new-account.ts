import { QwenctlError } from '../../base/errors.ts'
import { askChoice, askSecret, askText, canAsk } from '../input/prompt.ts'
import type { ProviderRegistry } from '../../toolkit/toolkit.ts'
import type { AccountView, ProviderView } from '../../toolkit/views.ts'

export type Provider = ReturnType<ProviderRegistry['get']>

/** `provider/name` sets both; a different `--provider` contradicts it. */
export function splitName(
  name: string | undefined,
  provider: string | undefined,
): { provider: string | null; name: string | null } {
  const slash = name?.indexOf('/') ?? -1
  if (name === undefined || slash < 0) return { provider: provider ?? null, name: name ?? null }
  if (slash === 0 || slash === name.length - 1 || name.indexOf('/', slash + 1) >= 0) {
    throw new QwenctlError('invalid_usage', 'a name has at most one slash, and none at its ends', {
      hint: 'write NAME or PROVIDER/NAME',
    })
  }
  const before = name.slice(0, slash)
  if (provider !== undefined && provider !== before) {
    throw new QwenctlError('invalid_usage', `${name} is at ${before}, but --provider says ${provider}`, {
      hint: 'leave one of them out',
    })
  }
  return { provider: before, name: name.slice(slash + 1) }
}

export async function askProvider(providers: ProviderView[]): Promise<string> {
  const question = {
    message: 'Provider',
    subject: 'the provider',
    flag: '--provider PROVIDER; qwenctl providers list shows the providers',
  }
  return askChoice(
    question,
    providers.map(({ id, label }) => ({
      value: id,
      name: `${id.padEnd(12)} ${label}`,
    })),
  )
}

/** Null without a terminal: the first free name is then used. */
export async function askName(
  owner: { provider: string; user?: string },
  others: AccountView[],
): Promise<string | null> {
  if (!canAsk()) return null
  const taken = new Set(others.map((account) => account.name))
  let free = owner.provider
  for (let number = 2; taken.has(free); number += 1) free = `${owner.provider}-${number}`
  const check = (text: string) => !taken.has(text) || 'that name is taken'
  return askText({ message: 'Name', subject: 'the name', flag: 'NAME' }, { default: free, check })
}

/** Asks if a provider has no endpoint, or several. Null: the provider's first. */
export async function askBaseUrl(provider: Provider): Promise<string | null> {
  if (provider.needsBaseUrl) {
    const check = (text: string) =>
      /^https?:\/\/[^/]/.test(text) || 'a base URL begins with https:// or http://'
    return askText({ message: 'Base URL', subject: 'the base URL', flag: '--base-url URL' }, { check })
  }
  if (provider.endpoints.length < 2 || !canAsk()) return null
  const choices = provider.endpoints.map(({ label, openai, anthropic }, index) => {
    const url = openai ?? anthropic ?? ''
    return { value: index === 0 ? '' : url, name: label, description: url }
  })
  const chosen = await askChoice(
    { message: 'Endpoint', subject: 'the endpoint', flag: '--base-url URL' },
    choices,
  )
  return chosen === '' ? null : chosen
}

export async function askForKey(provider: Provider): Promise<string> {
  const where = provider.keysUrl === null ? '' : ` (from ${provider.keysUrl})`
  const keyless = provider.keyIsOptional ? ', or --no-key for a server without keys' : ''
  const flag = `--key-stdin, --key-env VAR or --key-file PATH${keyless}`
  const key = await askSecret({ message: `API key${where}`, subject: `the key of ${provider.id}`, flag })
  return key.trim()
}

/** A hint, never a refusal: providers change the format of their keys. */
export function keyWarning(provider: Provider, secret: string): string | null {
  if (provider.keyPattern === null || provider.keyPattern.test(secret)) return null
  return `this does not look like a key of ${provider.label}; is it the right one?`
}
