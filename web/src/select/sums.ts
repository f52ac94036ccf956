import type { HistoryRow } from '../api/types.ts'

export type Sum = Pick<
  HistoryRow,
  'key' | 'label' | 'requests' | 'failed' | 'inputTokens' | 'outputTokens' | 'costUsd'
>

/** The totals of each key over all buckets, the most requests first. */
export function sumsByKey(rows: HistoryRow[]): Sum[] {
  const sums = new Map<string, Sum>()
  for (const row of rows) {
    const known = sums.get(row.key)
    sums.set(row.key, known === undefined ? buildSum(row) : added(known, row))
  }
  return [...sums.values()].sort((a, b) => b.requests - a.requests || a.label.localeCompare(b.label))
}

function buildSum({ key, label, requests, failed, inputTokens, outputTokens, costUsd }: HistoryRow): Sum {
  return { key, label, requests, failed, inputTokens, outputTokens, costUsd }
}

function added(sum: Sum, row: HistoryRow): Sum {
  return {
    key: sum.key,
    label: row.label,
    requests: sum.requests + row.requests,
    failed: sum.failed + row.failed,
    inputTokens: sum.inputTokens + row.inputTokens,
    outputTokens: sum.outputTokens + row.outputTokens,
    costUsd: row.costUsd === null ? sum.costUsd : (sum.costUsd ?? 0) + row.costUsd,
  }
}
