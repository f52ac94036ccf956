import type { ComponentChildren, InputHTMLAttributes, JSX } from 'preact'
import { useId } from 'preact/hooks'
import type { ApiErrorBody } from '../../api/types.ts'
import { isAbout, asSentence } from './form-error.tsx'

export interface FieldFrame {
  label: string
  /** The field's name in the API. */
  name: string
  hint?: ComponentChildren
  error?: ApiErrorBody | null
}

type Control = Record<'id' | 'name', string> & {
  'aria-describedby'?: string
  'aria-invalid'?: 'true'
}

/** A control with its label, its hint, and the error of the server. */
export function Field({
  label,
  name,
  hint,
  error = null,
  children,
}: FieldFrame & { children: (control: Control) => JSX.Element }): JSX.Element {
  const id = useId()
  const isBad = isAbout(error, name)
  const described = [hint === undefined ? '' : `${id}-hint`, isBad ? `${id}-error` : '']
    .filter(Boolean)
    .join(' ')
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        name,
        ...(described === '' ? {} : { 'aria-describedby': described }),
        ...(isBad ? { 'aria-invalid': 'true' } : {}),
      })}
      {isBad && error !== null && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {asSentence(error.message)}
          {error.hint == null ? '' : `. ${asSentence(error.hint)}`}
        </p>
      )}
      {hint !== undefined && (
        <p class="field-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

interface InputProps extends FieldFrame {
  type?: 'text' | 'password' | 'number' | 'url'
  defaultValue?: string
  placeholder?: string
  required?: boolean
  autofocus?: boolean
  min?: number
  step?: number
}

export function InputField({ label, name, hint, error = null, ...given }: InputProps): JSX.Element {
  // The attributes differ by the kind of input, which is known only at rendering.
  const input = { autocomplete: 'off', spellcheck: false, ...given } as InputHTMLAttributes
  return (
    <Field label={label} name={name} hint={hint} error={error}>
      {(control) => <input class="input" {...input} {...control} />}
    </Field>
  )
}

/** The trimmed value of a form's field. */
export function readText(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name)
  return typeof value === 'string' ? value.trim() : ''
}

/** Words separated by commas or spaces. */
export function readList(form: HTMLFormElement, name: string): string[] {
  return readText(form, name)
    .split(/[\s,]+/)
    .filter((word) => word !== '')
}
