import { openJobsDocument } from '../../store/documents/jobs-document.ts'
import type { Toolkit } from '../toolkit.ts'
import { Jobs } from './jobs.ts'
import type { JobsParts } from './jobs.ts'

/** The jobs of a toolkit. */
export function openJobs(
  { home, accounts, isInFlight, settings }: Pick<Toolkit, 'home' | 'accounts' | 'isInFlight' | 'settings'>,
  parts: Pick<JobsParts, 'books' | 'clock'>,
): Jobs {
  const document = openJobsDocument(home)
  const allowsPrime = async () => Boolean(await settings.get('jobs.prime'))
  return new Jobs({
    ...parts,
    home,
    isInFlight,
    document,
    allowsPrime,
    accounts: () => accounts.records(),
  })
}
