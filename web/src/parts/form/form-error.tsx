import type { JSX } from 'preact'
import type { ApiErrorBody } from '../../api/types.ts'
import { Icon } from '../icon.tsx'

/** Whether an error is about a field: `limits` has those of `limits[0]` too. */
export function isAbout(error: ApiErrorBody | null, field: string): boolean {
  const named = error?.field
  if (named === undefined || named === null) return false
  return named === field || named.startsWith(`${field}[`) || named.startsWith(`${field}.`)
}

/** What the server refused, above the buttons; `shown`: fields that say it themselves. */
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
        <p>{sentence(error.message)}</p>
        {error.hint != null && <p class="quiet">{sentence(error.hint)}</p>}
      </div>
    </div>
  )
}

/** Messages are written in lower case, to stand after a colon. A first word that is a command or a name stays as it is. */
export function sentence(text: string): string {
  const [first = ''] = text.split(/\s/, 1)
  if (first === 'qwenctl' || !/^[a-z'’-]+[,.;:]?$/.test(first)) return text
  return text.charAt(0).toUpperCase() + text.slice(1)
}
