/**
 * The addresses of the page. They are in the fragment, so that the server answers one address and reloading works
 * everywhere.
 */
export type Route =
  | { view: 'accounts' }
  | { view: 'account'; id: string }
  | { view: 'add' }
  | { view: 'compare'; ids: string[] }
  | { view: 'keys' }
  | { view: 'live' }
  | { view: 'history' }
  | { view: 'jobs' }
  | { view: 'archive' }
  | { view: 'unknown'; path: string }

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const [view = '', id = ''] = path.split('/')
  switch (view) {
    case '':
    case 'accounts':
      return id === '' ? { view: 'accounts' } : { view: 'account', id: decoded(id) }
    case 'compare': {
      const ids = new URLSearchParams(query).get('ids') ?? ''
      return { view: 'compare', ids: ids.split(',').filter((each) => each !== '') }
    }
    case 'add':
    case 'keys':
    case 'live':
    case 'history':
    case 'jobs':
    case 'archive':
      return { view }
    default:
      return { view: 'unknown', path }
  }
}

export function formatHash(route: Route): string {
  switch (route.view) {
    case 'accounts':
      return '#/'
    case 'account':
      return `#/accounts/${encodeURIComponent(route.id)}`
    case 'compare':
      return `#/compare${route.ids.length === 0 ? '' : `?ids=${route.ids.join(',')}`}`
    case 'unknown':
      return `#/${route.path}`
    case 'add':
    case 'keys':
    case 'live':
    case 'history':
    case 'jobs':
    case 'archive':
      return `#/${route.view}`
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
