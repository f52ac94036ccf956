import type { JSX } from 'preact'
import { ago, moment } from '../../format/times.ts'
import { useAtNow } from '../../hooks/use-now.ts'

export function Ago({ at }: { at: string | null }): JSX.Element {
  const words = useAtNow((now) => (at === null ? 'never' : ago(at, now)))
  if (at === null) return <span class="quiet">never</span>
  return (
    <time dateTime={at} title={moment(at)}>
      {words}
    </time>
  )
}
