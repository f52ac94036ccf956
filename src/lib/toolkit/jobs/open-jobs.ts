import { jobsDocument } from '../../store/documents/jobs-document.ts'
import type { Toolkit } from '../toolkit.ts'
import { Jobs } from './jobs.ts'
import type { JobsParts } from './jobs.ts'

/** The jobs of a toolkit. */
export function openJobs(
  { home, accounts, isInFlight }: Pick<Toolkit, 'home' | 'accounts' | 'isInFlight'>,
  parts: Pick<JobsParts, 'books' | 'clock'>,
): Jobs {
  const document = jobsDocument(home)
  return new Jobs({ ...parts, home, isInFlight, document, accounts: () => accounts.records() })
}
