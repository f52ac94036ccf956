import type { AccountQuotaView } from '../views.ts'

type Status = Pick<AccountQuotaView, 'status' | 'restingModels'>

/** The status as lists show it: `ready`, `cooling`, `ready, 5 models in cooldown`. */
export function statusText(account: Status): string {
  const resting = account.restingModels.length
  if (!isPartlyReady(account)) return account.status
  return `ready, ${resting === 1 ? '1 model in cooldown' : `${resting} models in cooldown`}`
}

/** Whether an account serves, but not every model. */
export function isPartlyReady({ status, restingModels }: Status): boolean {
  return status === 'ready' && restingModels.length > 0
}
