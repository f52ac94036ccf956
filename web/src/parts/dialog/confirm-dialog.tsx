import type { ComponentChildren, JSX } from 'preact'
import { useSubmit } from '../../hooks/use-submit.ts'
import { Dialog } from './dialog.tsx'
import { FormError } from '../form/form-error.tsx'

export interface ConfirmProps {
  /** The subject: `Reset qwen/work?` */
  title: string
  /** The verb of the button. */
  verb: string
  children: ComponentChildren
  /** Throws the error to show. */
  onConfirm: () => Promise<void>
  onClose: () => void
  isDanger?: boolean
}

/** Asks for confirmation before a permanent action. */
export function ConfirmDialog({
  title,
  verb,
  children,
  onConfirm,
  onClose,
  isDanger = true,
}: ConfirmProps): JSX.Element {
  const { isBusy, error, submit } = useSubmit(async () => {
    await onConfirm()
    onClose()
  })
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        <div class="dialog-text">{children}</div>
        <FormError error={error} />
        <footer class="dialog-foot">
          <button type="button" class="button" autofocus onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            class={`button ${isDanger ? 'button-danger' : 'button-primary'}`}
            disabled={isBusy}
          >
            {verb}
          </button>
        </footer>
      </form>
    </Dialog>
  )
}
