import type { JSX } from 'preact'
import type { AccountView } from '../../api/types.ts'
import { accountName } from '../../format/words.ts'
import { usePage } from '../../hooks/page-context.ts'
import { useSubmit } from '../../hooks/use-submit.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { Dialog } from './dialog.tsx'
import { InputField, readText } from '../form/field.tsx'
import { FormError } from '../form/form-error.tsx'
import { LoginDialog } from './login-dialog.tsx'

/** Actions on an account that need a dialog. */
export type Question = 'reset' | 'archive' | 'rename' | 'key' | 'login' | 'disable'

export interface Asked {
  question: Question
  account: AccountView
}

interface DialogProps {
  account: AccountView
  onClose: () => void
}

/** `onGone`: the account no longer exists. */
export function AccountDialog({
  asked,
  onClose,
  onGone,
}: {
  asked: Asked | null
  onClose: () => void
  onGone?: () => void
}): JSX.Element | null {
  if (asked === null) return null
  const { account } = asked
  switch (asked.question) {
    case 'reset':
      return <ResetDialog account={account} onClose={onClose} />
    case 'disable':
      return <DisableDialog account={account} onClose={onClose} />
    case 'archive':
      return <ArchiveDialog account={account} onClose={onClose} onGone={onGone} />
    case 'rename':
      return <RenameDialog account={account} onClose={onClose} />
    case 'key':
      return <KeyDialog account={account} onClose={onClose} />
    case 'login':
      return <LoginDialog account={account} onClose={onClose} />
  }
}

function ResetDialog({ account, onClose }: DialogProps): JSX.Element {
  const { api, store, say } = usePageActions()
  const name = accountName(account)
  return (
    <ConfirmDialog
      title={`Reset ${name}?`}
      verb="Reset counters"
      onClose={onClose}
      onConfirm={async () => {
        const answer = await api.actOnAccount(account.id, 'reset')
        store.dispatch({ type: 'account', account: answer.account })
        say(`${name} starts from zero`)
      }}
    >
      <p>Its counters go to zero and its cooldowns end, for every proxy at once.</p>
      <p class="quiet">The provider keeps counting for itself: what it has used there stays used.</p>
    </ConfirmDialog>
  )
}

function DisableDialog({ account, onClose }: DialogProps): JSX.Element {
  const { api, store, say } = usePageActions()
  const name = accountName(account)
  return (
    <ConfirmDialog
      title={`Disable ${name}?`}
      verb="Disable"
      isDanger={false}
      onClose={onClose}
      onConfirm={async () => {
        const answer = await api.actOnAccount(account.id, 'disable')
        store.dispatch({ type: 'account', account: answer.account })
        say(`${name} is disabled`)
      }}
    >
      <p>It gets no more requests until it is enabled again. Requests under way finish.</p>
    </ConfirmDialog>
  )
}

function ArchiveDialog({
  account,
  onClose,
  onGone,
}: DialogProps & { onGone: (() => void) | undefined }): JSX.Element {
  const { api, store, say } = usePageActions()
  const name = accountName(account)
  return (
    <ConfirmDialog
      title={`Archive ${name}?`}
      verb="Archive"
      onClose={onClose}
      onConfirm={async () => {
        await api.archiveAccount(account.id)
        store.dispatch({ type: 'account-gone', id: account.id })
        if (store.state.archive.value !== null) store.dispatch({ type: 'loading', list: 'archive' })
        say(`${name} is in the archive`)
        onGone?.()
      }}
    >
      <p>It gets no more requests. Its key and history are kept, and the archive can restore it.</p>
    </ConfirmDialog>
  )
}

function RenameDialog({ account, onClose }: DialogProps): JSX.Element {
  const { api, store, say } = usePageActions()
  const { isBusy, error, submit } = useSubmit(async (form) => {
    const answer = await api.changeAccount(account.id, { name: readText(form, 'name') })
    store.dispatch({ type: 'account', account: answer.account })
    say(`${accountName(account)} is now ${accountName(answer.account)}`)
    onClose()
  })
  return (
    <Dialog title={`Rename ${accountName(account)}`} onClose={onClose}>
      <form onSubmit={submit}>
        <InputField
          label="New name"
          name="name"
          error={error}
          defaultValue={account.name}
          required
          autofocus
        />
        <FormError error={error} shown={['name']} />
        <DialogFoot verb="Rename" isBusy={isBusy} onClose={onClose} />
      </form>
    </Dialog>
  )
}

function KeyDialog({ account, onClose }: DialogProps): JSX.Element {
  const { api, store, say } = usePageActions()
  const { isBusy, error, submit } = useSubmit(async (form) => {
    const answer = await api.changeAccount(account.id, { key: readText(form, 'key') })
    store.dispatch({ type: 'account', account: answer.account })
    say(`${accountName(account)} has its new key`)
    onClose()
  })
  return (
    <Dialog title={`New key for ${accountName(account)}`} onClose={onClose}>
      <form onSubmit={submit}>
        <InputField
          label="API key"
          name="key"
          type="password"
          error={error}
          hint="Sealed before it is stored, and never shown again. The old key is forgotten."
          required
          autofocus
        />
        <FormError error={error} shown={['key']} />
        <DialogFoot verb="Save key" isBusy={isBusy} onClose={onClose} />
      </form>
    </Dialog>
  )
}

export function DialogFoot({
  verb,
  isBusy,
  onClose,
}: {
  verb: string
  isBusy: boolean
  onClose: () => void
}): JSX.Element {
  return (
    <footer class="dialog-foot">
      <button type="button" class="button" onClick={onClose}>
        Cancel
      </button>
      <button type="submit" class="button button-primary" disabled={isBusy}>
        {verb}
      </button>
    </footer>
  )
}

function usePageActions() {
  const page = usePage()
  return { api: page.api, store: page.store, say: (text: string) => page.say(text) }
}
