import type { JSX } from 'preact'
import type { AccountView } from '../../api/types.ts'
import { isPartlyReady, formatStatus } from '../../format/words.ts'
import { Badge } from './badge.tsx'

export function StatusBadge({
  account,
}: {
  account: Pick<AccountView, 'status' | 'restingModels'>
}): JSX.Element {
  const look = isPartlyReady(account) ? 'partly' : account.status
  const words = formatStatus(account)
  return (
    <Badge
      look={look}
      title={look === 'partly' ? `${words}: ${account.restingModels.join(', ')}` : undefined}
    >
      {words}
    </Badge>
  )
}
