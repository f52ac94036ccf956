import type { Account } from '../../../account/account.ts'
import { fullReference, shortReference } from '../../../account/account.ts'
import type { AccountStatus, AccountView } from '../../views.ts'
import { isPlainHttp } from '../account-fields.ts'
import type { CheckResult } from '../account-inputs.ts'

/**
 * Advice about a new key that only the store can give. Another account (`twin`) may have the same key, or the base
 * URL may expose it. Neither is a reason to refuse the key.
 */
export function advise(account: Account, twin: Account | null): string[] {
  const advice: string[] = []
  if (twin !== null) {
    advice.push(
      `${fullReference(twin)} uses the same key. The provider counts both together: put them in one --quota-group`,
    )
  }
  if (account.baseUrl !== null && isPlainHttp(account.baseUrl)) {
    advice.push(`${account.baseUrl} is not encrypted: the key can be read on its way`)
  }
  return advice
}

const endedByReset: ReadonlySet<AccountStatus> = new Set(['no-credit', 'unreachable'])

/** If the provider cannot verify a key, the message names the command that the user types after a fix. */
export function adviseReset({ result, message }: CheckResult, view: AccountView): string {
  if (result !== 'unchecked' || !endedByReset.has(view.status)) return message
  return `${message}; once it works again, type qwenctl quota reset ${shortReference(view)} --cooldowns`
}
