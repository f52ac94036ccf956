import type { JSX } from 'preact'
import type { ProxyView } from '../../api/types.ts'
import { usePage, useSelect } from '../../hooks/page-context.ts'
import { formatHash } from '../../router.ts'
import type { Route } from '../../router.ts'
import type { Link } from '../../state/state.ts'
import { Icon } from '../icon.tsx'
import type { IconName } from '../icon.tsx'
import { Logo } from './logo.tsx'
import { ThemeSwitch } from './theme-switch.tsx'

const entries: { route: Route; label: string; icon: IconName; also?: Route['view'][] }[] = [
  { route: { view: 'accounts' }, label: 'Accounts', icon: 'accounts', also: ['account', 'add'] },
  { route: { view: 'live' }, label: 'Live', icon: 'live' },
  { route: { view: 'jobs' }, label: 'Jobs', icon: 'jobs' },
  { route: { view: 'history' }, label: 'History', icon: 'history' },
  { route: { view: 'compare', ids: [] }, label: 'Compare', icon: 'compare' },
  { route: { view: 'keys' }, label: 'Keys', icon: 'keys' },
  { route: { view: 'archive' }, label: 'Archive', icon: 'archive' },
]

export function AppHeader({ view }: { view: Route['view'] }): JSX.Element {
  const page = usePage()
  return (
    <header class="app-header">
      <a class="logo-link" href={formatHash({ view: 'accounts' })} aria-label="qwenctl, all accounts">
        <Logo />
      </a>
      <nav class="app-nav" aria-label="Main">
        {entries.map(({ route, label, icon, also = [] }) => {
          const isHere = route.view === view || also.includes(view)
          return (
            <a
              key={route.view}
              href={formatHash(route)}
              class="nav-link"
              {...(isHere ? { 'aria-current': 'page' } : {})}
            >
              <Icon name={icon} />
              <span>{label}</span>
            </a>
          )
        })}
      </nav>
      <div class="app-tools">
        <ServedUser />
        <LinkState />
        <ThemeSwitch />
        <button
          type="button"
          class="button button-quiet button-icon"
          aria-label="Sign out"
          title="Sign out"
          onClick={() => page.leave()}
        >
          <Icon name="leave" />
        </button>
      </div>
    </header>
  )
}

/** The only user of a one-user proxy. */
function ServedUser(): JSX.Element | null {
  const user = useSelect(({ proxy }) => proxy?.user ?? null)
  return user === null ? null : <span class="badge served-user">User {user}</span>
}

const linkWords: Record<Link['status'], string> = {
  connecting: 'Connecting',
  live: 'Live',
  offline: 'Offline',
}

/** The proxy that answers this page, and the others that share its store. */
function formatProxies({ version, pid, strategy, others }: ProxyView): string {
  const own = `qwenctl ${version}, process ${pid}, ${strategy}`
  const more = others.map(({ machine, url, state }) => `${url} on ${machine}, ${state}`)
  return [own, ...more].join('\n')
}

function LinkState(): JSX.Element {
  const status = useSelect(({ link }) => link.status)
  const proxy = useSelect(({ proxy }) => proxy)
  const title = proxy === null ? undefined : formatProxies(proxy)
  return (
    <span class={`link-state link-${status}`} title={title}>
      <span class="badge-dot" aria-hidden="true" />
      {linkWords[status]}
    </span>
  )
}
