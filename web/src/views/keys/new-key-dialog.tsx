import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { NewKey } from '../../api/types.ts'
import { usePage } from '../../hooks/page-context.ts'
import { useSubmit } from '../../hooks/use-submit.ts'
import { DialogFoot } from '../../parts/dialog/account-dialogs.tsx'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Dialog } from '../../parts/dialog/dialog.tsx'
import { InputField, readList, readText } from '../../parts/form/field.tsx'
import { FormError } from '../../parts/form/form-error.tsx'
import { Icon } from '../../parts/icon.tsx'

const fields = ['name', 'user', 'accounts', 'groups', 'models', 'limits', 'expires']

export function NewKeyDialog({ onClose, onMade }: { onClose: () => void; onMade: () => void }): JSX.Element {
  const { api } = usePage()
  const [made, setMade] = useState<{ name: string; secret: string } | null>(null)
  const { isBusy, error, submit } = useSubmit(async (form) => {
    const { key, secret } = await api.createKey(readKey(form))
    setMade({ name: key.name, secret })
    onMade()
  })
  if (made !== null) return <MadeKey {...made} onClose={onClose} />
  return (
    <Dialog title="New client key" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <InputField
          label="Name"
          name="name"
          required
          autofocus
          error={error}
          hint="The program that will use it"
        />
        <ServingFields error={error} />
        <InputField
          label="Models"
          name="models"
          placeholder="all"
          error={error}
          hint={
            <>
              <code>*</code> matches any characters
            </>
          }
        />
        <BoundFields error={error} />
        <FormError error={error} shown={fields} />
        <DialogFoot verb="Create key" isBusy={isBusy} onClose={onClose} />
      </form>
    </Dialog>
  )
}

/** The accounts that serve the key. */
function ServingFields({ error }: Pick<Parameters<typeof InputField>[0], 'error'>): JSX.Element {
  return (
    <>
      <InputField
        label="User"
        name="user"
        placeholder="local"
        error={error}
        hint="Only accounts of this user serve the key"
      />
      <div class="field-row">
        <InputField label="Accounts" name="accounts" placeholder="all" error={error} />
        <InputField label="Groups" name="groups" placeholder="all" error={error} />
      </div>
    </>
  )
}

/** The limits of the key, and its end. */
function BoundFields({ error }: Pick<Parameters<typeof InputField>[0], 'error'>): JSX.Element {
  return (
    <div class="field-row">
      <InputField
        label="Limits"
        name="limits"
        placeholder="none"
        error={error}
        hint={
          <>
            Such as <code>200/day</code> <code>5usd/month</code>
          </>
        }
      />
      <InputField
        label="Expires"
        name="expires"
        placeholder="never"
        error={error}
        hint={
          <>
            <code>30d</code>, <code>12h</code> or a date
          </>
        }
      />
    </div>
  )
}

/** Shown once: only an explicit step closes it. */
function MadeKey({
  name,
  secret,
  onClose,
}: {
  name: string
  secret: string
  onClose: () => void
}): JSX.Element {
  return (
    <Dialog title={`The key ${name}`} onClose={onClose} isHeld>
      <div class="note">
        <Icon name="warn" />
        <p>This is the only time it is shown: only its hash is kept.</p>
      </div>
      <div class="secret">
        <code class="secret-text" tabIndex={0}>
          {secret}
        </code>
        <CopyButton text={secret} label="Copy key" />
      </div>
      <footer class="dialog-foot">
        <button type="button" class="button button-primary" autofocus onClick={onClose}>
          I have kept it
        </button>
      </footer>
    </Dialog>
  )
}

function readKey(form: HTMLFormElement): NewKey {
  const expires = readText(form, 'expires')
  const user = readText(form, 'user')
  const lists = (['accounts', 'groups', 'models', 'limits'] as const)
    .map((name) => [name, readList(form, name)] as const)
    .filter(([, words]) => words.length > 0)
  return {
    name: readText(form, 'name'),
    ...(user === '' ? {} : { user }),
    ...Object.fromEntries(lists),
    ...(expires === '' ? {} : { expires }),
  }
}
