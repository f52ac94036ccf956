import type { JSX } from 'preact'
import { clock } from '../../format/times.ts'
import { usePage, useSelect } from '../../hooks/page-context.ts'
import { useAtNow } from '../../hooks/use-now.ts'
import type { Link } from '../../state/state.ts'
import { Icon } from '../icon.tsx'

/** Says that the data may be outdated, and when the next attempt is. Disappears automatically. */
export function LinkBanner(): JSX.Element {
  const link = useSelect(({ link }) => link)
  return <div role="status">{link.status === 'offline' && <Offline link={link} />}</div>
}

function Offline({ link }: { link: Extract<Link, { status: 'offline' }> }): JSX.Element {
  const page = usePage()
  const wait = useAtNow(() => Math.max(0, Math.ceil((link.retryAt - Date.now()) / 1000)))
  return (
    <div class="banner">
      <Icon name="warn" />
      <p>
        <strong>The proxy does not answer</strong> since{' '}
        {clock(new Date(link.since).toISOString(), Date.now())}. The data may be outdated.{' '}
        <span aria-hidden="true">{wait === 0 ? 'Trying …' : `Next try in ${wait} s.`}</span>
      </p>
      <button type="button" class="button" onClick={() => page.retryNow()}>
        Try now
      </button>
    </div>
  )
}
