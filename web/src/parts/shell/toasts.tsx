import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { usePage, useSelect } from '../../hooks/page-context.ts'
import type { Toast } from '../../state/state.ts'
import { asSentence } from '../form/form-error.tsx'
import { Icon } from '../icon.tsx'

const GOOD_MS = 5_000
const BAD_MS = 12_000

/** The result of an action, shown once. */
export function Toasts(): JSX.Element {
  const toasts = useSelect(({ toasts }) => toasts)
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.map((toast) => (
        <ToastCard key={toast.id} toast={toast} />
      ))}
    </div>
  )
}

function ToastCard({ toast }: { toast: Toast }): JSX.Element {
  const { store } = usePage()
  const close = () => store.dispatch({ type: 'toast-gone', id: toast.id })
  useEffect(() => {
    const timer = setTimeout(close, toast.tone === 'good' ? GOOD_MS : BAD_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div class={`toast toast-${toast.tone}`}>
      <Icon name={toast.tone === 'good' ? 'check' : 'warn'} />
      <div>
        <p>{asSentence(toast.text)}</p>
        {toast.hint !== null && <p class="quiet">{asSentence(toast.hint)}</p>}
      </div>
      <button type="button" class="button button-quiet button-icon" aria-label="Dismiss" onClick={close}>
        <Icon name="close" />
      </button>
    </div>
  )
}
