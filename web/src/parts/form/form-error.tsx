import type { JSX } from 'preact'
import type { ApiErrorBody } from '../../api/types.ts'
import { Icon } from '../icon.tsx'

/** Whether an error belongs to a field: `limits` includes those of `limits[0]`. */
export function isAbout(error: ApiErrorBody | null, field: string): boolean {
  const named = error?.field
  if (named === undefined || named === null) return false
  return named === field || named.startsWith(`${field}[`) || named.startsWith(`${field}.`)
}

/** The error of the server, above the buttons; `shown`: fields that show it themselves. */
export function FormError({
  error,
  shown = [],
}: {
  error: ApiErrorBody | null
  shown?: string[]
}): JSX.Element | null {
  if (error === null || shown.some((field) => isAbout(error, field))) return null
  return (
    <div class="note note-bad" role="alert">
      <Icon name="warn" />
      <div>
        <p>{asSentence(error.message)}</p>
        {error.hint != null && <p class="quiet">{asSentence(error.hint)}</p>}
      </div>
    </div>
  )
}

/** Messages begin in lower case, to follow a colon. A first word that is a command or a name stays unchanged. */
export function asSentence(text: string): string {
  const [first = ''] = text.split(/\s/, 1)
  if (first === 'qwenctl' || !/^[a-z'’-]+[,.;:]?$/.test(first)) return text
  return text.charAt(0).toUpperCase() + text.slice(1)
}
