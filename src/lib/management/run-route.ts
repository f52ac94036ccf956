import { computeETag } from './changes/resource-version.ts'
import type { Call, Route } from './route.ts'

/** An answer as sent. */
export interface Sent {
  status: number
  value: unknown
  headers: Record<string, string>
}

/** The answer of a route, with the version of the resource that it is about. */
export async function runRoute(route: Route, call: Call): Promise<Sent> {
  const value = await route.run(call)
  const etag = route.answer === null ? null : computeETag(route.answer, value)
  return { status: route.status, value, headers: etag === null ? {} : { etag } }
}
