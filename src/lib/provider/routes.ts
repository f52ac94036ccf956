/**
 * Routes below the OpenAI base of a service: true when it has the route, false when it certainly lacks it. Unlisted
 * routes are unknown.
 */
export type RouteTable = Readonly<Record<string, boolean>>

/**
 * Whether a service has a route, `chat/completions` with or without a leading slash; null: unknown. A row that ends
 * in `/*` covers all routes below it without a row of their own.
 */
export function hasRouteIn(table: RouteTable | null, path: string): boolean | null {
  if (table === null) return null
  const route = path
    .replace(/^\/+/, '')
    .replace(/[?#].*$/s, '')
    .replace(/\/+$/, '')
  if (Object.hasOwn(table, route)) return table[route] ?? null
  for (let end = route.lastIndexOf('/'); end > 0; end = route.lastIndexOf('/', end - 1)) {
    const below = `${route.slice(0, end)}/*`
    if (Object.hasOwn(table, below)) return table[below] ?? null
  }
  return null
}
