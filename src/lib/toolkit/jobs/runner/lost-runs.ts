import { formatTime } from '../../../base/iso-time.ts'
import type { Ledger } from '../../../quota/ledger.ts'
import { slotKey } from '../../../quota/log/job-slots.ts'
import type { OpenRun } from '../../../quota/log/state.ts'
import type { RunRecord } from '../../../store/jobs/run-records.ts'
import type { Toolkit } from '../../toolkit.ts'
import { endOrphan } from './end-orphan.ts'
import type { JobPair } from '../job-plans.ts'
import type { JobLimits, JobRunner } from './job-runner.ts'

export interface LostRunsParts {
  toolkit: Pick<Toolkit, 'jobs' | 'isInFlight'>
  ledger: Ledger
  runner: JobRunner
  limits: JobLimits
  /** The jobs and accounts of this process, by slot key. */
  pairs: ReadonlyMap<string, JobPair>
}

/**
 * Marks runs of ended processes as lost, and ends the commands that they left on this machine. A job with retries runs
 * a lost slot again; the claim of that attempt decides which process does it.
 */
export async function endLostRuns(parts: LostRunsParts): Promise<void> {
  const { ledger, toolkit } = parts
  for (const [id, run] of [...ledger.state.jobs.runs]) {
    if (toolkit.isInFlight(id)) continue
    await toolkit.jobs.fetchRuns()
    const [record] = toolkit.jobs.runRecords.read({ limit: 1, fits: (run) => run.id === id })
    if (record?.process !== undefined) endOrphan(record.process)
    const isRepeated = await runAgain(parts, id, run)
    if (!isRepeated) await ledger.record([{ type: 'slot-end', id }])
    if (record !== undefined) markLost(parts, record)
  }
}

function markLost({ toolkit, ledger }: LostRunsParts, record: RunRecord): void {
  if (record.status !== 'running') return
  const lost: RunRecord = {
    ...record,
    status: 'lost',
    reason: 'the process that ran it has ended',
    endedAt: formatTime(ledger.now()),
  }
  toolkit.jobs.runRecords.write(lost)
}

/** Whether this process runs the slot again. Newer slots may have been claimed or skipped since. */
async function runAgain(
  { pairs, runner, limits }: LostRunsParts,
  replaces: string,
  run: OpenRun,
): Promise<boolean> {
  const pair = pairs.get(slotKey(run.job, run.account))
  if (pair === undefined || run.attempt > pair.job.retries) return false
  const { job, account } = pair
  const wanted = { job, account, slot: run.slot, isLate: true, isManual: false, attempt: run.attempt + 1 }
  return (await runner.start({ ...wanted, replaces }, limits)) !== null
}
