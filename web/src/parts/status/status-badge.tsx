import type { JSX } from 'preact'
import type { AccountView } from '../../api/types.ts'
import { isPartlyReady, formatStatus } from '../../format/words.ts'

export function StatusBadge({
  account,
}: {
  account: Pick<AccountView, 'status' | 'restingModels'>
}): JSX.Element {
  const tone = isPartlyReady(account) ? 'partly' : account.status
  return (
    <span class={`badge badge-${tone}`}>
      <span class="badge-dot" aria-hidden="true" />
      {formatStatus(account)}
    </span>
  )
}
