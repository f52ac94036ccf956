import type { JSX } from 'preact'
import type { AccountView } from '../../api/types.ts'
import { Countdown } from './countdown.tsx'
import { asSentence } from '../form/form-error.tsx'

/** Why an account is not ready and when it returns; nothing for a ready account. */
export function StatusReason({ account }: { account: AccountView }): JSX.Element | null {
  const { status, statusReason, availableAt, fix } = account
  if (status === 'ready' || (statusReason === null && availableAt === null)) return null
  const says = statusReason === null || status === 'disabled' ? null : asSentence(statusReason)
  if (says === null && availableAt === null) return null
  return (
    <p class="status-reason">
      {says}
      {availableAt !== null && (
        <>
          {says === null ? 'Back ' : '. Back '}
          <Countdown at={availableAt} />
        </>
      )}
      {fix !== null && (
        <>
          {' '}
          <code>{fix}</code>
        </>
      )}
    </p>
  )
}
