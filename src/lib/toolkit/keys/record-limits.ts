import type { Ledger } from '../../quota/ledger.ts'
import { parseLimit } from '../../quota/limit.ts'

/** Records the limits of a key, or of another subject, in the ledger; writes nothing if they are recorded already. */
export async function recordLimits(
  ledger: Ledger,
  key: { readonly id: string; readonly limits: readonly string[] },
): Promise<void> {
  const limits = key.limits.map((text) => ({ ...parseLimit(text), source: 'configured' as const }))
  const present = ledger.state.subjects.get(key.id)?.limits ?? []
  const signature = (list: readonly { max: number; metric: string; window: string }[]) =>
    list.map(({ max, metric, window }) => `${max} ${metric} ${window}`).join()
  if (signature(limits) === signature(present)) return
  const records = limits.map(({ metric, window, max, source }) => ({ metric, window, max, source }))
  await ledger.record([{ type: 'limits', account: key.id, limits: records }])
}
