import type { Method, Route } from './route.ts'

/** The result of a lookup by path. */
export type Found =
  | { kind: 'route'; route: Route; params: Record<string, string> }
  /** It is there, for these methods. */
  | { kind: 'other-methods'; allow: (Method | 'HEAD')[] }
  | { kind: 'nothing' }

interface Pattern {
  segments: string[]
  route: Route
}

/** Finds the route of a request by method and path; a literal segment wins over `{id}`. */
export class Router {
  readonly #patterns: Pattern[]

  constructor(routes: readonly Route[]) {
    this.#patterns = routes
      .map((route) => ({ segments: route.path.split('/'), route }))
      .sort((a, b) => paramsIn(a) - paramsIn(b))
  }

  /** `path`: without the query, still percent-encoded. */
  find(method: string, path: string): Found {
    const segments = path.split('/').map(decoded)
    const fitting = this.#patterns.flatMap(({ segments: wanted, route }) => {
      const params = matched(wanted, segments)
      return params === null ? [] : [{ route, params }]
    })
    const asked = method === 'HEAD' ? 'GET' : method
    const found = fitting.find(({ route }) => route.method === asked)
    if (found !== undefined) return { kind: 'route', ...found }
    const methods = new Set(fitting.map(({ route }) => route.method))
    const allow = [...methods].flatMap((one) => (one === 'GET' ? (['GET', 'HEAD'] as const) : [one]))
    return allow.length === 0 ? { kind: 'nothing' } : { kind: 'other-methods', allow }
  }
}

function paramsIn({ segments }: Pattern): number {
  return segments.filter((segment) => segment.startsWith('{')).length
}

/** The values of the path's parameters; null: the path does not match. */
function matched(wanted: string[], segments: (string | null)[]): Record<string, string> | null {
  if (wanted.length !== segments.length) return null
  const params: Record<string, string> = {}
  for (const [index, segment] of wanted.entries()) {
    const value = segments[index]
    if (value === null || value === undefined) return null
    if (!segment.startsWith('{')) {
      if (segment !== value) return null
    } else if (value === '') return null
    else params[segment.slice(1, -1)] = value
  }
  return params
}

/** Null: an invalid percent sign. */
function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}
