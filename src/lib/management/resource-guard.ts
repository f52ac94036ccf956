import { QwenctlError } from '../base/errors.ts'
import type { Sent } from './idempotency.ts'
import { hasETag, matchesETag } from './resource-version.ts'
import type { Call, Route } from './route.ts'
import type { Router } from './router.ts'
import { runRoute } from './run-route.ts'

/** Changes a resource only if it still has the version that `If-Match` names. */
export class ResourceGuard {
  readonly #router: Router
  /** Changes with a condition run one after another: the second sees what the first did. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(router: Router) {
    this.#router = router
  }

  /** Throws `precondition_failed`, and the errors of the route. */
  run(wanted: string, change: { path: string; route: Route; call: Call }): Promise<Sent> {
    const done = this.#last.then(() => this.#runIfMatching(wanted, change))
    this.#last = done.catch(() => undefined)
    return done
  }

  async #runIfMatching(
    wanted: string,
    { path, route, call }: { path: string; route: Route; call: Call },
  ): Promise<Sent> {
    const etag = await this.#readETag(path, route, call)
    if (etag === null || matchesETag(wanted, etag)) return runRoute(route, call)
    throw new QwenctlError('precondition_failed', 'it has changed since the version in If-Match', {
      hint: 'read it again, and send its ETag',
    })
  }

  /** The version of the resource at a path, or above the name of an action; null: it has none. */
  async #readETag(path: string, route: Route, call: Call): Promise<string | null> {
    const place = route.method === 'POST' ? path.slice(0, path.lastIndexOf('/')) : path
    const found = this.#router.find('GET', place)
    if (found.kind !== 'route' || !hasETag(found.route.answer)) return null
    const { headers } = await runRoute(found.route, { ...call, params: found.params, query: undefined })
    return headers['etag'] ?? null
  }
}
