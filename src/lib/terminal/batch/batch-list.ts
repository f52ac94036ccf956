import type { BatchView } from '../../toolkit/batch/batch-views.ts'
import { comingTime, formatAgo, formatIn, localTime } from '../format/format-time.ts'
import type { ListShape } from '../list-table.ts'
import { listStatuses } from '../list-table.ts'
import { formatUsd } from './batch-messages.ts'

export const batchShape: ListShape<BatchView> = {
  columns: [
    { key: 'batch', aliases: ['id', 'name'], header: 'BATCH', value: ({ id }) => id },
    { key: 'status', header: 'STATUS', rank: 10, value: ({ status }) => status },
    { key: 'lines', header: 'LINES', align: 'right', rank: 5, value: ({ lines }) => lines },
    { key: 'done', header: 'DONE', align: 'right', rank: 9, value: ({ done }) => done },
    { key: 'failed', header: 'FAILED', align: 'right', rank: 8, value: ({ failed }) => failed },
    { key: 'left', header: 'LEFT', align: 'right', rank: 7, value: ({ left }) => left },
    { key: 'cost', header: 'COST', align: 'right', rank: 3, value: ({ costUsd }) => costUsd },
    { key: 'next', header: 'NEXT', rank: 6 },
    { key: 'started', header: 'STARTED', rank: 2, value: ({ startedAt }) => startedAt },
    { key: 'file', header: 'FILE', rank: 4, value: ({ file }) => file },
  ],
  nameOf: ({ id }) => id,
  statusOf: ({ status }) => status,
  statuses: listStatuses<BatchView['status']>({
    running: true,
    waiting: true,
    completed: true,
    stopped: true,
    canceled: true,
    failed: true,
    dead: true,
  }),
}

export function formatBatchRow(batch: BatchView, now: string): string[] {
  const { id, status, lines, done, failed, left, costUsd, startedAt, file } = batch
  return [
    ...[id, status, String(lines), String(done), String(failed), String(left)],
    costUsd === null ? '-' : formatUsd(costUsd),
    formatNext(batch, now),
    formatAgo(startedAt, now),
    file,
  ]
}

/** The next event of a batch: `resumes at 05:00`, `ends in 12 min`, `-`. */
function formatNext({ resumesAt, endsAt }: BatchView, now: string): string {
  if (resumesAt !== null) return `resumes at ${comingTime(resumesAt, now)}`
  return endsAt === null ? '-' : `ends ${formatIn(endsAt, now)}`
}

export function formatBatchCard(batch: BatchView, now: string): string {
  const { status, reason, lines, done, failed, unknown, inFlight, left } = batch
  const cost = batch.costUsd === null ? 'cost unknown' : formatUsd(batch.costUsd)
  const fields: [string, string | null][] = [
    ['batch', batch.id],
    ['status', reason === null ? status : `${status}: ${reason}`],
    [
      'lines',
      `${lines}: ${done} done, ${failed} failed, ${unknown} unknown, ${inFlight} in flight, ${left} left`,
    ],
    ['use', `${batch.inputTokens} tokens in, ${batch.outputTokens} out, ${cost}`],
    ['next', formatNext(batch, now)],
    ['models', batch.models.join(', ')],
    ['started', localTime(batch.startedAt, now)],
    ['ended', batch.endedAt === null ? null : localTime(batch.endedAt, now)],
    ['file', batch.file],
    ['output', batch.output],
    ['errors', batch.errors],
  ]
  const shown = fields.filter(([, value]) => value !== null)
  return shown.map(([name, value]) => `${name.padEnd(8)} ${value!}\n`).join('')
}
