import { QwenctlError } from '../../base/errors.ts'
import type { SealContext } from './sealed-value.ts'

export interface ClosedSecretOptions {
  /** `store_corrupt`: the value is damaged. `vault_locked`: its key is not available. */
  code: 'store_corrupt' | 'vault_locked'
  /** Continues `the value …`: `was sealed with a key that this home does not have`. */
  reason: string
  /** A way to open it in spite of that; null: there is none. */
  way: string | null
}

/** A sealed value does not open, although the vault does. Others may open, so only its owner is affected. */
export class ClosedSecret extends QwenctlError {
  readonly fault: ClosedSecretOptions

  constructor({ accountId, user }: SealContext, fault: ClosedSecretOptions) {
    const { code, reason, way } = fault
    const again = 'give the account its credential again with qwenctl accounts set'
    super(code, `the sealed credential of account ${accountId} of user ${user} ${reason}`, {
      hint: way === null ? again : `${way}, or ${again}`,
      details: { accountId },
    })
    this.fault = fault
  }
}
