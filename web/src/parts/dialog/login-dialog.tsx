import type { JSX } from 'preact'
import type { AccountView } from '../../api/types.ts'
import { accountName } from '../../format/words.ts'
import { usePage } from '../../hooks/page-context.ts'
import { useLoaded } from '../../hooks/use-loaded.ts'
import { DeviceLogin } from '../../views/add/device-login.tsx'
import { Dialog } from './dialog.tsx'
import { WhenLoaded } from '../status/states.tsx'

/** A new login for an account. The old login stays valid until the new one exists. */
export function LoginDialog({
  account,
  onClose,
}: {
  account: AccountView
  onClose: () => void
}): JSX.Element {
  const { api } = usePage()
  const begun = useLoaded(() => api.beginLogin(account.provider, { account: account.id }), [account.id])
  return (
    <Dialog title={`Log in ${accountName(account)} again`} onClose={onClose}>
      <WhenLoaded loaded={begun} what="the login" onRetry={begun.again}>
        {(login) => <DeviceLogin key={login.loginId} login={login} onAgain={begun.again} onDone={onClose} />}
      </WhenLoaded>
    </Dialog>
  )
}
