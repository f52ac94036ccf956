import type { Account } from '../../../account/account.ts'
import { resolveReference } from '../../../account/reference.ts'
import { QwenctlError } from '../../../base/errors.ts'
import type { Job } from '../../../schedule/job.ts'
import type { Toolkit } from '../../toolkit.ts'
import { covers } from '../../../schedule/job.ts'

/**
 * The accounts for which a job can run now: those of the job that are enabled, or those of them that are named. A paused
 * job and stopped accounts also run when a person asks. Throws `job_not_found`, `account_not_found`, `invalid_usage`.
 */
export async function listRunnable(
  toolkit: Pick<Toolkit, 'jobs' | 'accounts'>,
  name: string,
  references: string[],
): Promise<{ job: Job; accounts: Account[] }> {
  const job = await toolkit.jobs.find(name)
  const all = await toolkit.accounts.records()
  const covered = all.filter((account) => covers(job, account))
  if (references.length === 0) return { job, accounts: covered.filter(({ enabled }) => enabled) }
  const named = references.map((reference) => resolveReference(all, reference))
  const other = named.find((account) => !covered.includes(account))
  if (other === undefined) return { job, accounts: [...new Set(named)] }
  throw new QwenctlError(
    'invalid_usage',
    `the job ${job.name} does not cover ${other.provider}/${other.name}`,
    {
      hint: `add the account: qwenctl jobs set ${job.name} -a ACCOUNT...`,
    },
  )
}
