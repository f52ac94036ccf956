import { renderCsv } from '../format/csv.ts'
import type { CsvColumn } from '../format/csv.ts'
import type { HistoryDocument, HistoryRow } from '../../toolkit/history/history-views.ts'

const columns: CsvColumn<HistoryRow>[] = [
  { name: 'at', cell: ({ at }) => at },
  { name: 'key', cell: ({ key }) => key },
  { name: 'label', cell: ({ label }) => label },
  { name: 'requests', cell: ({ requests }) => requests },
  { name: 'succeeded', cell: ({ succeeded }) => succeeded },
  { name: 'failed', cell: ({ failed }) => failed },
  { name: 'inputTokens', cell: ({ inputTokens }) => inputTokens },
  { name: 'outputTokens', cell: ({ outputTokens }) => outputTokens },
  { name: 'costUsd', cell: ({ costUsd }) => costUsd },
  { name: 'estimatedUsd', cell: ({ estimatedUsd }) => estimatedUsd },
  { name: 'unpriced', cell: ({ unpriced }) => unpriced },
  { name: 'latencyP50Ms', cell: ({ latencyMs }) => latencyMs?.p50 ?? null },
  { name: 'latencyP95Ms', cell: ({ latencyMs }) => latencyMs?.p95 ?? null },
  { name: 'firstByteP50Ms', cell: ({ firstByteMs }) => firstByteMs?.p50 ?? null },
  { name: 'firstByteP95Ms', cell: ({ firstByteMs }) => firstByteMs?.p95 ?? null },
  { name: 'estimatedTokens', cell: ({ estimatedTokens }) => estimatedTokens },
]

/** A line for each bucket and key. */
export function historyCsv({ rows }: HistoryDocument): string {
  return renderCsv(columns, rows)
}
