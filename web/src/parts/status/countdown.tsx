import type { JSX } from 'preact'
import { formatDuration } from '../../../../src/lib/base/durations.ts'
import { moment } from '../../format/times.ts'
import { useAtNow } from '../../hooks/use-now.ts'

/** `in 3 h 12 min`, counting down by the server's clock. Silent for screen readers while it changes. */
export function Countdown({ at, bare = false }: { at: string; bare?: boolean }): JSX.Element {
  const words = useAtNow((now) => {
    const left = Date.parse(at) - now
    if (left <= 0) return 'now'
    return `${bare ? '' : 'in '}${formatDuration(left)}`
  })
  return (
    <time class="countdown" dateTime={at} title={moment(at)}>
      {words}
    </time>
  )
}
