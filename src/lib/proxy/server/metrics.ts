import type { Account } from '../../account/account.ts'
import { isInScope } from '../../account/client-key.ts'
import { QwenctlError } from '../../base/errors.ts'
import type { MetricsText } from '../../observe/metrics.ts'
import type { Exchange } from '../pipeline/exchange/exchange.ts'
import type { KnownKey } from '../pool/authenticate.ts'

/** `GET /metrics`; `read` returns null if metrics are off. The caller has checked authorization. */
export async function answerMetrics(
  exchange: Exchange,
  read: () => Promise<MetricsText | null>,
): Promise<void> {
  const metrics = await read()
  if (metrics === null) {
    throw new QwenctlError('not_found', 'there are no metrics: metrics.enabled is false', {
      hint: 'qwenctl config set metrics.enabled true',
    })
  }
  exchange.attemptRecords = null // requests for metrics are not counted
  const { contentType, body } = metrics
  exchange.send(200, ['content-type', contentType], Buffer.from(body))
}

/** The metrics name and count all accounts. Throws `forbidden` for a key that may use only some of them. */
export function refuseRestricted(known: KnownKey | null, accounts: readonly Account[]): void {
  if (known === null || accounts.every((account) => isInScope(known.scope, account))) return
  throw new QwenctlError('forbidden', `the client key "${known.key.name}" may not see all accounts`, {
    hint: 'present the admin token: qwenctl config get adminToken',
  })
}
