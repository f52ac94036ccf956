import { QwenctlError } from '../../base/errors.ts'
import { hasETag, matchesETag } from './resource-version.ts'
import type { Call, Method, Route } from '../route.ts'
import type { Router } from '../router.ts'
import { runRoute } from '../run-route.ts'
import type { Sent } from '../run-route.ts'

interface Change {
  path: string
  route: Route
  call: Call
}

interface Versioned {
  route: Route
  params: Record<string, string>
}

/** Changes a resource only if it still has the version that `If-Match` names. */
export class ResourceGuard {
  readonly #router: Router
  /**
   * The last change by ETag. Not by path: an id and a name may mean one resource. A second change from the same ETag
   * waits, then compares again.
   */
  readonly #lastByETag = new Map<string, Promise<unknown>>()

  constructor(router: Router) {
    this.#router = router
  }

  /** Throws `precondition_failed`, also where there is no version, and the errors of the route. */
  async run(wanted: string, change: Change): Promise<Sent> {
    const versioned = findVersioned(this.#router, change.route.method, change.path)
    if (versioned === null)
      throw refused('this resource has no ETag, so If-Match cannot apply', 'leave If-Match out')
    const etag = await readETag(versioned, change.call)
    const done = (this.#lastByETag.get(etag) ?? Promise.resolve()).then(() =>
      runIfMatching(wanted, versioned, change),
    )
    const settled = done.catch(() => undefined)
    this.#lastByETag.set(etag, settled)
    try {
      return await done
    } finally {
      if (this.#lastByETag.get(etag) === settled) this.#lastByETag.delete(etag)
    }
  }
}

/** The resource with the version that a change depends on: at its path, or above its last word. Null: none has one. */
export function findVersioned(router: Router, method: Method, path: string): Versioned | null {
  const above = path.slice(0, path.lastIndexOf('/'))
  for (const place of method === 'POST' ? [above] : [path, above]) {
    const found = router.find('GET', place)
    if (found.kind === 'route' && hasETag(found.route.answer)) return found
  }
  return null
}

async function runIfMatching(wanted: string, versioned: Versioned, { route, call }: Change): Promise<Sent> {
  const etag = await readETag(versioned, call)
  if (matchesETag(wanted, etag)) return runRoute(route, call)
  throw refused('it has changed since the version in If-Match', 'read it again, and send its ETag')
}

/** Throws the errors of the route, such as `account_not_found`. */
async function readETag({ route, params }: Versioned, call: Call): Promise<string> {
  const { headers } = await runRoute(route, { ...call, params, query: undefined })
  return headers['etag'] ?? ''
}

function refused(message: string, hint: string): QwenctlError {
  return new QwenctlError('precondition_failed', message, { hint })
}
