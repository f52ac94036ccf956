import type { AdminAccess } from '../toolkit/admin/admin-access.ts'
import { Gate } from './gate.ts'
import { openApi } from './openapi.ts'
import { allRoutes } from './routes/routes.ts'

/** The OpenAPI document, without a running proxy. */
export function describeApi(): Record<string, unknown> {
  // The gate admits no request: its routes are only described.
  return openApi(allRoutes(new Gate({} as AdminAccess, Date.now)))
}
