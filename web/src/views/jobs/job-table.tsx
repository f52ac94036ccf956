import type { JSX } from 'preact'
import type { JobView } from '../../api/types.ts'
import { count } from '../../format/numbers.ts'
import { useJobActions } from '../../hooks/use-job-actions.ts'
import type { JobActions } from '../../hooks/use-job-actions.ts'
import { Countdown } from '../../parts/status/countdown.tsx'
import { Badge } from '../../parts/status/badge.tsx'
import type { Column } from '../../parts/table/data-table.tsx'
import { ACTIONS, DataTable, numberColumns } from '../../parts/table/data-table.tsx'
import { LastRun } from './last-run.tsx'

const looks: Record<JobView['status'], string> = {
  active: 'ready',
  running: 'ready',
  paused: 'disabled',
  stopped: 'disabled',
  'no-accounts': 'expired',
}
const words: Record<JobView['status'], string> = {
  active: 'Active',
  running: 'Running',
  paused: 'Paused',
  stopped: 'Stopped',
  'no-accounts': 'No accounts',
}

const columns: Column[] = [
  'Job',
  'Status',
  'Schedule',
  ...numberColumns('Accounts'),
  'Next run',
  'Last run',
  ACTIONS,
]

/** All jobs, with their next and last runs. */
export function JobTable({ jobs, onChange }: { jobs: JobView[]; onChange: () => void }): JSX.Element {
  const actions = useJobActions(onChange)
  return (
    <section class="card" aria-labelledby="jobs-title">
      <h2 id="jobs-title">All jobs</h2>
      <DataTable label="List of jobs" columns={columns}>
        {jobs.map((job) => (
          <JobRow key={job.id} job={job} actions={actions} />
        ))}
      </DataTable>
    </section>
  )
}

function JobRow({ job, actions }: { job: JobView; actions: JobActions }): JSX.Element {
  const { name, status, schedule, zone, accounts, nextAt, lastRun } = job
  const isPaused = status === 'paused'
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <Badge look={looks[status]}>{words[status]}</Badge>
      </td>
      <td>
        {schedule} {zone !== 'UTC' && <span class="quiet">{zone}</span>}
      </td>
      <td class="number">{count(accounts.length)}</td>
      <td>{nextAt === null ? <span class="quiet">none</span> : <Countdown at={nextAt} />}</td>
      <td>
        <LastRun run={lastRun} />
      </td>
      <td class="col-action">
        <button
          type="button"
          class="button"
          aria-label={`Run now: ${name}`}
          onClick={() => actions.run(name)}
        >
          Run now
        </button>{' '}
        <button
          type="button"
          class="button"
          aria-label={`${isPaused ? 'Resume' : 'Pause'} ${name}`}
          onClick={() => (isPaused ? actions.resume(name) : actions.pause(name))}
        >
          {isPaused ? 'Resume' : 'Pause'}
        </button>
      </td>
    </tr>
  )
}
