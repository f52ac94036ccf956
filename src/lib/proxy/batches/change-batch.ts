import { QwenctlError } from '../../base/errors.ts'
import type { Owner, StoredBatch, StoredBatches } from '../../toolkit/batch/http/stored.ts'
import { FINAL } from '../../toolkit/batch/http/stored.ts'
import type { BatchRunner } from './batch-runner.ts'

export function makeBatch(id: string, kind: StoredBatch['kind'], owner: Owner): StoredBatch {
  return {
    id,
    kind,
    owner,
    inputFileId: null,
    endpoint: null,
    metadata: null,
    state: 'validating',
    lines: 0,
    errors: [],
    createdAt: Date.now(),
    startedAt: null,
    endedAt: null,
    cancelAskedAt: null,
    canceled: 0,
    expired: 0,
  }
}

/** Cancels a batch and returns it as it is then. A batch that has ended stays. */
export async function cancelBatch(runner: BatchRunner, batch: StoredBatch): Promise<StoredBatch> {
  if (FINAL.has(batch.state)) return batch
  await runner.update(batch.id, { state: 'cancelling', cancelAskedAt: Date.now() })
  runner.cancel(batch.id)
  return runner.stored.reread(batch.id) ?? batch
}

/**
 * Removes a batch that has ended. OpenAI's API has no such call; without it, a key would reach its maximum number of
 * batches.
 */
export function removeEnded(stored: StoredBatches, { id, state }: StoredBatch): void {
  if (!FINAL.has(state))
    throw new QwenctlError('invalid_request', `${id} has not ended`, { hint: 'cancel it first' })
  stored.remove(id)
}
