import { QwenctlError } from '../base/errors.ts'
import type { NewAccount, Verification } from '../toolkit/toolkit.ts'
import type { ManagedToolkit } from '../toolkit/scope/managed-toolkit.ts'
import type { AccountView } from '../toolkit/views.ts'

export interface Added {
  account: AccountView
  /** What the provider said of the key; null: it was not asked. */
  verification: Pick<Verification, 'result' | 'message'> | null
}

/**
 * Adds an account whose key its provider accepts, or has no way to say. Throws what `accounts.add` throws,
 * `credentials_refused`, `upstream_unavailable`.
 */
export async function addAccount(
  toolkit: ManagedToolkit,
  wanted: NewAccount,
  verify: boolean,
): Promise<Added> {
  const isChecked = verify && wanted.secret !== undefined
  const verification = isChecked ? await accepted(toolkit, wanted) : null
  return { account: await toolkit.accounts.add(wanted), verification }
}

async function accepted(toolkit: ManagedToolkit, wanted: NewAccount): Promise<Added['verification']> {
  const { result, message } = await toolkit.accounts.checkCredential(wanted)
  if (result === 'refused') {
    throw new QwenctlError('credentials_refused', `the provider refuses the key: ${message}`, {
      hint: 'nothing was stored; check the key, the base URL and the region, or store it unchecked with "verify": false',
      details: { field: 'key' },
    })
  }
  if (result === 'unreachable') {
    throw new QwenctlError('upstream_unavailable', `the provider could not be asked: ${message}`, {
      hint: 'nothing was stored; try again, or store it unchecked with "verify": false',
    })
  }
  return { result, message }
}
