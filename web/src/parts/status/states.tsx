import type { ComponentChildren, JSX } from 'preact'
import type { ApiErrorBody } from '../../api/types.ts'
import type { Loaded } from '../../state/state.ts'
import { asSentence } from '../form/form-error.tsx'
import { Icon } from '../icon.tsx'

export function EmptyState({
  title,
  children,
}: {
  title: string
  children?: ComponentChildren
}): JSX.Element {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  )
}

export function LoadingState({ what }: { what: string }): JSX.Element {
  return (
    <div class="loading" role="status">
      <span class="visually-hidden">Loading {what} …</span>
      <div class="skeleton" />
      <div class="skeleton" />
      <div class="skeleton" />
    </div>
  )
}

export function ErrorState({ error, onRetry }: { error: ApiErrorBody; onRetry: () => void }): JSX.Element {
  return (
    <div class="note note-bad" role="alert">
      <Icon name="warn" />
      <div>
        <p>{asSentence(error.message)}</p>
        {error.hint != null && <p class="quiet">{asSentence(error.hint)}</p>}
        <button type="button" class="button" onClick={onRetry}>
          Try again
        </button>
      </div>
    </div>
  )
}

/** The loaded value, or the error. An old value stays visible under the error. */
export function WhenLoaded<Value>({
  loaded,
  what,
  onRetry,
  children,
}: {
  loaded: Loaded<Value>
  what: string
  onRetry: () => void
  children: (value: Value) => ComponentChildren
}): JSX.Element {
  const { value, error } = loaded
  return (
    <>
      {error !== null && <ErrorState error={error} onRetry={onRetry} />}
      {value === null ? error === null && <LoadingState what={what} /> : children(value)}
    </>
  )
}
