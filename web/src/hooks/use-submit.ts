import { useRef, useState } from 'preact/hooks'
import { readError } from '../api/api-error.ts'
import type { ApiErrorBody } from '../api/types.ts'

export interface Submit {
  isBusy: boolean
  error: ApiErrorBody | null
  /** For a form's `onSubmit`. */
  submit: (event: Event) => void
  forget: () => void
}

/**
 * Submits a form once at a time. An error of the server appears at its field, which gets the focus. Without a field,
 * the button gets back the focus that it loses while it is disabled.
 */
export function useSubmit(send: (form: HTMLFormElement) => Promise<void>): Submit {
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<ApiErrorBody | null>(null)
  const busy = useRef(false)
  const run = async (form: HTMLFormElement, button: HTMLElement | null) => {
    if (busy.current) return
    busy.current = true
    setBusy(true)
    setError(null)
    try {
      await send(form)
    } catch (failure) {
      setError(readError(failure))
      requestAnimationFrame(() => {
        const field = form.querySelector<HTMLElement>('[aria-invalid="true"]')
        if (field !== null) field.focus()
        else if (document.activeElement === document.body) button?.focus()
      })
    } finally {
      busy.current = false
      setBusy(false)
    }
  }
  return {
    isBusy,
    error,
    submit: (event) => {
      event.preventDefault()
      void run(event.currentTarget as HTMLFormElement, (event as SubmitEvent).submitter)
    },
    forget: () => setError(null),
  }
}
