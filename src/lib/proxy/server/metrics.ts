import { QwenctlError } from '../../base/errors.ts'
import type { MetricsText } from '../../observe/metrics.ts'
import type { Exchange } from '../pipeline/exchange.ts'

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
  exchange.tries = null // requests for metrics are not counted
  const { contentType, body } = metrics
  exchange.send(200, ['content-type', contentType], Buffer.from(body))
}
