import { useEffect, useState } from 'preact/hooks'
import { routeOf } from '../router.ts'
import type { Route } from '../router.ts'

export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash))
  useEffect(() => {
    const update = () => setRoute(routeOf(location.hash))
    addEventListener('hashchange', update)
    return () => removeEventListener('hashchange', update)
  }, [])
  return route
}
