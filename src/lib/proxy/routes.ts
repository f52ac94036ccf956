import type { Dialect } from '../provider/provider.ts'

/** One way into the pool: which wire format the client speaks there, and where an upstream has the same. */
export interface Route {
  dialect: Dialect
  /** Below the upstream's base. */
  path: string
  /** Streams of it say their usage only when asked to. */
  asksForUsage: boolean
}

const byPath: Readonly<Record<string, Route>> = {
  '/chat/completions': { dialect: 'openai', path: '/chat/completions', asksForUsage: true },
  '/completions': { dialect: 'openai', path: '/completions', asksForUsage: true },
  '/embeddings': { dialect: 'openai', path: '/embeddings', asksForUsage: false },
  '/responses': { dialect: 'openai', path: '/responses', asksForUsage: false },
  '/messages': { dialect: 'anthropic', path: '/messages', asksForUsage: false },
}

/** The path as the table has it: `/v1` may be missing, since clients differ in what they take for the base URL. */
export function shortPath(url: string): { path: string; query: string } {
  const mark = url.indexOf('?')
  const path = mark < 0 ? url : url.slice(0, mark)
  return { path: path.startsWith('/v1/') ? path.slice(3) : path, query: mark < 0 ? '' : url.slice(mark) }
}

export function routeFor(path: string): Route | null {
  return Object.hasOwn(byPath, path) ? (byPath[path] ?? null) : null
}

/** The wire format that errors of a path are written in, also where there is no such route. */
export function dialectOf(path: string, hasAnthropicVersion: boolean): Dialect {
  return path.startsWith('/messages') || hasAnthropicVersion ? 'anthropic' : 'openai'
}
