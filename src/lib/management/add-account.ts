import { QwenctlError, isQwenctlError } from '../base/errors.ts'
import type { Provider } from '../provider/provider.ts'
import type { NewAccount, ProviderRegistry, Verification } from '../toolkit/toolkit.ts'
import type { ManagedToolkit } from '../toolkit/scope/managed-toolkit.ts'
import type { AccountView } from '../toolkit/views.ts'

export interface Added {
  account: AccountView
  /** The provider's verdict on the key; null: the key was not checked. */
  verification: Verified | null
}

type Verified = Pick<Verification, 'result' | 'message'>

/**
 * Adds an account after its provider accepts the key, or cannot check it. `keepUnreachable` also adds an account at
 * an unreachable provider. Throws the errors of `accounts.add`, `credentials_refused`, `upstream_unavailable`.
 */
export async function addAccount(
  toolkit: ManagedToolkit,
  given: NewAccount,
  { verify, keepUnreachable }: { verify: boolean; keepUnreachable: boolean },
): Promise<Added> {
  const provider = findProvider(await toolkit.providers(), given.provider)
  const isKeyless = given.secret === undefined && provider !== undefined && needsNoKey(provider)
  const wanted = isKeyless ? { ...given, withoutKey: true } : given
  const canCheck = wanted.secret !== undefined || (provider?.kind === 'model' && provider.keyIsOptional)
  const checked = verify && canCheck ? await accepted(toolkit, wanted, keepUnreachable) : null
  if (checked === null) return { account: await toolkit.accounts.add(wanted), verification: null }
  const { correctedBaseUrl, ...verification } = checked
  const corrected = correctedBaseUrl === undefined ? wanted : { ...wanted, baseUrl: correctedBaseUrl }
  return { account: await toolkit.accounts.add(corrected), verification }
}

/** Undefined: it is unknown, which `accounts.add` reports with every other invalid field. */
function findProvider(registry: ProviderRegistry, id: string): Provider | undefined {
  try {
    return registry.get(id)
  } catch (error) {
    if (!isQwenctlError(error)) throw error
    return undefined
  }
}

/** Whether the provider is a server of the user, such as Ollama: it needs no key unless its owner sets one. */
export function needsNoKey({ keyIsOptional, needsBaseUrl }: Provider): boolean {
  return keyIsOptional && !needsBaseUrl
}

async function accepted(
  toolkit: ManagedToolkit,
  wanted: NewAccount,
  keepUnreachable: boolean,
): Promise<Verified & { correctedBaseUrl?: string }> {
  const { result, message, correctedBaseUrl } = await toolkit.accounts.checkCredential(wanted)
  if (result === 'refused') {
    throw new QwenctlError('credentials_refused', `the provider refuses the key: ${message}`, {
      hint: 'nothing was stored; check the key, the base URL and the region, or store it unchecked with "verify": false',
      details: { field: 'key' },
    })
  }
  if (result === 'unreachable' && !keepUnreachable) {
    throw new QwenctlError('upstream_unavailable', `the provider could not be reached: ${message}`, {
      hint: 'nothing was stored; try again, or store it unchecked with "verify": false',
    })
  }
  return { result, message, ...(correctedBaseUrl === undefined ? {} : { correctedBaseUrl }) }
}
