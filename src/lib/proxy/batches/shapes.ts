// The objects of both services. Sources: https://platform.openai.com/docs/api-reference/batch,
// https://platform.openai.com/docs/api-reference/files, https://docs.claude.com/en/api/creating-message-batches
// (2026-11-30).

import { formatTime, formatTimeOrNull } from '../../base/iso-time.ts'
import type { BatchView } from '../../toolkit/batch/batch-views.ts'
import { KEPT_MS } from './batch-runner.ts'
import type { StoredBatch, StoredFile } from '../../toolkit/batch/http/stored.ts'
import { FINAL } from '../../toolkit/batch/http/stored.ts'

const seconds = (at: number | null) => (at === null ? null : Math.floor(at / 1000))

export function fileShape({ id, bytes, createdAt, filename }: StoredFile, purpose = 'batch'): object {
  return {
    id,
    object: 'file',
    bytes,
    created_at: seconds(createdAt),
    filename,
    purpose,
    status: 'processed',
    expires_at: seconds(createdAt + KEPT_MS),
  }
}

/** `view`: the state of its run; null: it has not begun. `hasErrors`: its error file has lines. */
export function openaiBatch(batch: StoredBatch, view: BatchView | null, hasErrors: boolean): object {
  const { id, state, createdAt, startedAt, endedAt, errors, lines } = batch
  const endedAs = (wanted: StoredBatch['state']) => (state === wanted ? seconds(endedAt) : null)
  const failed = (view?.failed ?? 0) + (FINAL.has(state) ? (view?.unknown ?? 0) + batch.expired : 0)
  const hasOutput = FINAL.has(state) && (view?.done ?? 0) > 0
  const listed = errors.map(({ code, message, line }) => ({ code, message, line, param: null }))
  return {
    id,
    object: 'batch',
    endpoint: batch.endpoint,
    completion_window: '24h',
    errors: errors.length === 0 ? null : { object: 'list', data: listed },
    input_file_id: batch.inputFileId,
    status: state,
    output_file_id: hasOutput ? `file-${id}_output` : null,
    error_file_id: hasErrors ? `file-${id}_error` : null,
    created_at: seconds(createdAt),
    in_progress_at: seconds(startedAt),
    expires_at: seconds(createdAt + KEPT_MS),
    finalizing_at: endedAs('completed'),
    completed_at: endedAs('completed'),
    failed_at: endedAs('failed'),
    expired_at: endedAs('expired'),
    cancelling_at: seconds(batch.cancelAskedAt),
    cancelled_at: endedAs('cancelled'),
    request_counts: { total: lines, completed: view?.done ?? 0, failed },
    metadata: batch.metadata,
  }
}

/** `base`: the address of the proxy, as the client wrote it. */
export function anthropicBatch(batch: StoredBatch, view: BatchView | null, base: string): object {
  const { id, state, lines, createdAt, endedAt, cancelAskedAt, canceled, expired } = batch
  const isOver = FINAL.has(state)
  const succeeded = view?.done ?? 0
  const failed = (view?.failed ?? 0) + (isOver ? (view?.unknown ?? 0) : 0)
  const errored = state === 'failed' ? lines - succeeded : failed
  const processing = isOver ? 0 : Math.max(0, lines - succeeded - errored)
  return {
    id,
    type: 'message_batch',
    processing_status: isOver ? 'ended' : state === 'cancelling' ? 'canceling' : 'in_progress',
    request_counts: { processing, succeeded, errored, canceled, expired },
    ended_at: isOver ? formatTimeOrNull(endedAt) : null,
    created_at: formatTime(createdAt),
    expires_at: formatTime(createdAt + KEPT_MS),
    archived_at: null,
    cancel_initiated_at: formatTimeOrNull(cancelAskedAt),
    results_url: isOver ? `${base}/v1/messages/batches/${id}/results` : null,
  }
}

export interface Page {
  after: string | null
  before: string | null
  limit: number
}

/** `most`: the largest page, and the page without `limit`; null: those of batches. */
export function readPage(query: string, most: number | null = null): Page {
  const values = new URLSearchParams(query)
  const usual = most ?? 20
  const limit = Number(values.get('limit') ?? usual)
  return {
    after: values.get('after') ?? values.get('after_id'),
    before: values.get('before_id'),
    limit: Number.isInteger(limit) && limit >= 1 && limit <= (most ?? 1000) ? limit : usual,
  }
}

/** A page of a list, the newest first, in the shape of both services. */
export function listShape<Item extends { id: string }>(
  items: readonly Item[],
  { after, before, limit }: Page,
  shape: (item: Item) => object,
): object {
  const from = after === null ? 0 : items.findIndex(({ id }) => id === after) + 1
  const end =
    before === null
      ? items.length
      : Math.max(
          0,
          items.findIndex(({ id }) => id === before),
        )
  const rest = items.slice(from, end)
  const shown = before === null ? rest.slice(0, limit) : rest.slice(-limit)
  return {
    object: 'list',
    data: shown.map(shape),
    has_more: rest.length > shown.length,
    first_id: shown[0]?.id ?? null,
    last_id: shown.at(-1)?.id ?? null,
  }
}
