import type { Gate } from '../gate.ts'
import { openApi } from '../openapi.ts'
import type { Route } from '../route.ts'
import { actionRoutes } from './accounts/account-actions.ts'
import { bulkActionRoute } from './accounts/bulk-actions.ts'
import { accountRoutes } from './accounts/accounts.ts'
import { archiveRoutes } from './accounts/archive.ts'
import { connectionRoutes } from './accounts/connections.ts'
import { batchRoutes } from './batches.ts'
import { eventRoutes } from './events.ts'
import { historyRoutes } from './history.ts'
import { jobRoutes } from './jobs.ts'
import { keyRoutes } from './keys.ts'
import { loginRoutes } from './logins.ts'
import { modelRoutes } from './models.ts'
import { openApiRoute } from './openapi.ts'
import { providerRoutes } from './providers.ts'
import { proxyRoutes } from './proxy.ts'
import { quotaRoutes } from './quota.ts'
import { requestRoutes } from './requests.ts'
import { sessionRoutes } from './session.ts'
import { userRoutes } from './users.ts'

/** All routes of the API. */
export function allRoutes(gate: Gate): Route[] {
  let described: Record<string, unknown> | null = null
  const routes: Route[] = [
    ...sessionRoutes(gate),
    openApiRoute(() => (described ??= openApi(routes))),
    ...accountRoutes,
    bulkActionRoute,
    ...actionRoutes,
    ...archiveRoutes,
    ...quotaRoutes,
    ...historyRoutes,
    ...requestRoutes,
    ...keyRoutes,
    ...jobRoutes,
    ...batchRoutes,
    ...providerRoutes,
    ...modelRoutes,
    ...proxyRoutes,
    ...loginRoutes,
    ...userRoutes,
    ...connectionRoutes,
    ...eventRoutes,
  ]
  return routes
}
