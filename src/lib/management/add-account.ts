import { QwenctlError } from '../base/errors.ts'
import type { NewAccount, Verification } from '../toolkit/toolkit.ts'
import type { ManagedToolkit } from '../toolkit/scope/managed-toolkit.ts'
import type { AccountView } from '../toolkit/views.ts'

export interface Added {
  account: AccountView
  /** What the provider said of the key; null: it was not asked. */
  verification: Verified | null
}

type Verified = Pick<Verification, 'result' | 'message'>

/**
 * Adds an account whose key its provider accepts, or has no way to say. With `keepUnreachable`, also one whose provider
 * cannot be asked now. Throws what `accounts.add` throws,
 * `credentials_refused`, `upstream_unavailable`.
 */
export async function addAccount(
  toolkit: ManagedToolkit,
  wanted: NewAccount,
  { verify, keepUnreachable }: { verify: boolean; keepUnreachable: boolean },
): Promise<Added> {
  const isChecked = verify && wanted.secret !== undefined
  const checked = isChecked ? await accepted(toolkit, wanted, keepUnreachable) : null
  if (checked === null) return { account: await toolkit.accounts.add(wanted), verification: null }
  const { correctedBaseUrl, ...verification } = checked
  const corrected = correctedBaseUrl === undefined ? wanted : { ...wanted, baseUrl: correctedBaseUrl }
  return { account: await toolkit.accounts.add(corrected), verification }
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
    throw new QwenctlError('upstream_unavailable', `the provider could not be asked: ${message}`, {
      hint: 'nothing was stored; try again, or store it unchecked with "verify": false',
    })
  }
  return { result, message, ...(correctedBaseUrl === undefined ? {} : { correctedBaseUrl }) }
}
