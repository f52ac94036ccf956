import { QwenctlError } from '../../base/errors.ts'
import type { MetricsText } from '../../observe/metrics.ts'
import type { Exchange } from '../pipeline/exchange.ts'

/** `GET /metrics`; `read` gives null where they are turned off. Who may ask has been seen to. */
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
  exchange.tries = null // who reads metrics is not in them
  const { contentType, body } = metrics
  exchange.send(200, ['content-type', contentType], Buffer.from(body))
}
