import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { ArchivedView } from '../api/types.ts'
import { accountName } from '../format/words.ts'
import { usePage, useSelect } from '../hooks/page-context.ts'
import { useSubmit } from '../hooks/use-submit.ts'
import { DialogFoot } from '../parts/dialog/account-dialogs.tsx'
import { Ago } from '../parts/status/ago.tsx'
import { ConfirmDialog } from '../parts/dialog/confirm-dialog.tsx'
import { Dialog } from '../parts/dialog/dialog.tsx'
import { InputField, readText } from '../parts/form/field.tsx'
import { FormError } from '../parts/form/form-error.tsx'
import { EmptyState, WhenLoaded } from '../parts/status/states.tsx'
import { ViewHead } from '../parts/shell/view-head.tsx'
import { formatHash } from '../router.ts'

/** Removed accounts that can be restored. */
export function Archive(): JSX.Element {
  const page = usePage()
  const archive = useSelect(({ archive }) => archive)
  const [restored, setRestored] = useState<ArchivedView | null>(null)
  const [destroyed, setDestroyed] = useState<ArchivedView | null>(null)
  const again = () => void page.load('archive')
  useEffect(again, [page])
  return (
    <>
      <ViewHead title="Archive" />
      <WhenLoaded loaded={archive} what="the archive" onRetry={again}>
        {(value) =>
          value.length === 0 ? (
            <EmptyState title="The archive is empty">
              <p>Accounts that you archive keep their key here until you restore or destroy them.</p>
            </EmptyState>
          ) : (
            <ul class="archive">
              {value.map((account) => (
                <ArchivedRow
                  key={account.id}
                  account={account}
                  onRestore={() => setRestored(account)}
                  onDestroy={() => setDestroyed(account)}
                />
              ))}
            </ul>
          )
        }
      </WhenLoaded>
      {restored !== null && <RestoreDialog account={restored} onClose={() => setRestored(null)} />}
      {destroyed !== null && <DestroyDialog account={destroyed} onClose={() => setDestroyed(null)} />}
    </>
  )
}

function ArchivedRow({
  account,
  onRestore,
  onDestroy,
}: {
  account: ArchivedView
  onRestore: () => void
  onDestroy: () => void
}): JSX.Element {
  return (
    <li class="card archive-row">
      <div>
        <h2>{accountName(account)}</h2>
        <p class="quiet">
          archived <Ago at={account.archivedAt} />
          {account.auth.hint !== null && (
            <>
              {' '}
              · <code>{account.auth.hint}</code>
            </>
          )}{' '}
          · user {account.user}
        </p>
      </div>
      <div class="button-row">
        <button
          type="button"
          class="button"
          aria-label={`Bring back ${accountName(account)}`}
          onClick={onRestore}
        >
          Bring back
        </button>
        <button
          type="button"
          class="button button-danger-quiet"
          aria-label={`Destroy ${accountName(account)}`}
          onClick={onDestroy}
        >
          Destroy
        </button>
      </div>
    </li>
  )
}

interface DialogProps {
  account: ArchivedView
  onClose: () => void
}

function RestoreDialog({ account, onClose }: DialogProps): JSX.Element {
  const page = usePage()
  const { isBusy, error, submit } = useSubmit(async (form) => {
    const name = readText(form, 'name')
    const answer = await page.api.restore(account.id, name === account.name ? undefined : name)
    page.store.dispatch({ type: 'account', account: answer.account })
    page.say(`${accountName(answer.account)} is back`)
    location.hash = formatHash({ view: 'account', id: answer.account.id })
  })
  return (
    <Dialog title={`Bring ${accountName(account)} back`} onClose={onClose}>
      <form onSubmit={submit}>
        <InputField
          label="Under the name"
          name="name"
          defaultValue={account.name}
          required
          autofocus
          error={error}
        />
        <FormError error={error} shown={['name']} />
        <DialogFoot verb="Bring back" isBusy={isBusy} onClose={onClose} />
      </form>
    </Dialog>
  )
}

function DestroyDialog({ account, onClose }: DialogProps): JSX.Element {
  const page = usePage()
  return (
    <ConfirmDialog
      title={`Destroy ${accountName(account)}?`}
      verb="Destroy permanently"
      onClose={onClose}
      onConfirm={async () => {
        await page.api.destroy(account.id)
        page.say(`${accountName(account)} is destroyed`)
        await page.load('archive')
      }}
    >
      <p>Its key and its folder are deleted. This cannot be undone.</p>
    </ConfirmDialog>
  )
}
