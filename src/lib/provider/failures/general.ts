// The meanings that any service shares, in the order of reading: first those of one request or one account. Limits
// and models follow, then the service, and last the bare status.
import type { FailureRow } from './failure-row.ts'
import { accountRows } from './general/account.ts'
import { requestCodeRows } from './general/request-codes.ts'
import { exceptRequests } from './general/request-subject.ts'
import { requestDeniedRows } from './general/request-denied.ts'
import { requestWordRows } from './general/request-words.ts'
import { languageRows } from './general/languages.ts'
import { limitRows } from './general/limits.ts'
import { bareRouteRows, modelRows, routeRows } from './general/model.ts'
import { moneyRows } from './general/money.ts'
import { hiccupRows, networkRows, serviceRows } from './general/service.ts'

export { declinedRows } from './general/declined.ts'
export { validationRows } from './general/validation.ts'
export { statusRows } from './general/status.ts'

export const generalRows: readonly FailureRow[] = [
  ...networkRows,
  ...requestCodeRows,
  ...requestDeniedRows,
  ...exceptRequests(accountRows),
  ...exceptRequests(moneyRows),
  ...hiccupRows,
  ...routeRows,
  ...requestWordRows,
  ...modelRows,
  ...bareRouteRows,
  ...languageRows,
  ...exceptRequests(limitRows),
  ...serviceRows,
]
