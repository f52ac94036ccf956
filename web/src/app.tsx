import type { JSX } from 'preact'
import { useSelect } from './hooks/page-context.ts'
import { useRoute } from './hooks/use-route.ts'
import { AppHeader } from './parts/shell/app-header.tsx'
import { LinkBanner } from './parts/shell/link-banner.tsx'
import { LoadingState, EmptyState } from './parts/status/states.tsx'
import { Toasts } from './parts/shell/toasts.tsx'
import { ViewHead } from './parts/shell/view-head.tsx'
import { formatHash } from './router.ts'
import type { Route } from './router.ts'
import { AccountPage } from './views/account/account-page.tsx'
import { AddAccount } from './views/add/add-account.tsx'
import { Archive } from './views/archive.tsx'
import { Compare } from './views/compare/compare.tsx'
import { History } from './views/history/history.tsx'
import { Jobs } from './views/jobs/jobs.tsx'
import { Keys } from './views/keys/keys.tsx'
import { LiveView } from './views/live/live-view.tsx'
import { Overview } from './views/overview/overview.tsx'
import { SignIn } from './views/sign-in.tsx'

export function App(): JSX.Element {
  const session = useSelect(({ session }) => session)
  const route = useRoute()
  if (session.status === 'out') {
    if (!session.isChecking) return <SignIn reason={session.reason} />
    return (
      <main class="sign-in" id="main">
        <LoadingState what="the page" />
      </main>
    )
  }
  return (
    <>
      <a
        class="skip-link"
        href="#main"
        onClick={(event) => {
          // The router owns the fragment: focus the content without changing it.
          event.preventDefault()
          document.getElementById('main')?.focus()
        }}
      >
        Skip to the content
      </a>
      <AppHeader view={route.view} />
      <LinkBanner />
      <main id="main" class="main" tabIndex={-1}>
        <View key={buildKey(route)} route={route} />
      </main>
      <Toasts />
    </>
  )
}

/** The identity of a view, which starts fresh for another subject. */
function buildKey(route: Route): string {
  return route.view === 'account' ? `account/${route.id}` : route.view
}

function View({ route }: { route: Route }): JSX.Element {
  switch (route.view) {
    case 'accounts':
      return <Overview />
    case 'account':
      return <AccountPage id={route.id} />
    case 'add':
      return <AddAccount />
    case 'compare':
      return <Compare ids={route.ids} />
    case 'keys':
      return <Keys />
    case 'live':
      return <LiveView />
    case 'history':
      return <History />
    case 'jobs':
      return <Jobs />
    case 'archive':
      return <Archive />
    case 'unknown':
      return <Nowhere />
  }
}

function Nowhere(): JSX.Element {
  return (
    <>
      <ViewHead title="Nothing here" />
      <EmptyState title="There is no page at this address">
        <a class="button" href={formatHash({ view: 'accounts' })}>
          All accounts
        </a>
      </EmptyState>
    </>
  )
}
