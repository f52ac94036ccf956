import type { JSX } from 'preact'
import type { AccountStatus } from '../api/types.ts'
import { statusWords } from '../format/words.ts'

export function StatusBadge({ status }: { status: AccountStatus }): JSX.Element {
  return (
    <span class={`badge badge-${status}`}>
      <span class="badge-dot" aria-hidden="true" />
      {statusWords[status]}
    </span>
  )
}
