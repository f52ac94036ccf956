import type { JSX } from 'preact'
import type { JobView } from '../../api/types.ts'
import { count } from '../../format/numbers.ts'
import { useJobActions } from '../../hooks/use-job-actions.ts'
import type { JobActions } from '../../hooks/use-job-actions.ts'
import { Countdown } from '../../parts/status/countdown.tsx'
import { LastRun } from './last-run.tsx'

const looks: Record<JobView['status'], string> = {
  active: 'ready',
  running: 'ready',
  paused: 'disabled',
  'no-accounts': 'expired',
}
const words: Record<JobView['status'], string> = {
  active: 'Active',
  running: 'Running',
  paused: 'Paused',
  'no-accounts': 'No accounts',
}

/** All jobs, with their next and last runs. */
export function JobTable({ jobs, onChange }: { jobs: JobView[]; onChange: () => void }): JSX.Element {
  const actions = useJobActions(onChange)
  return (
    <section class="card" aria-labelledby="jobs-title">
      <h2 id="jobs-title">All jobs</h2>
      <div class="scroll" role="region" tabIndex={0} aria-label="List of jobs">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Job</th>
              <th scope="col">Status</th>
              <th scope="col">Schedule</th>
              <th scope="col" class="number">
                Accounts
              </th>
              <th scope="col">Next run</th>
              <th scope="col">Last run</th>
              <th scope="col">
                <span class="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {jobs.map((job) => (
              <JobRow key={job.id} job={job} actions={actions} />
            ))}
          </tbody>
        </table>
      </div>
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
        <JobStatus status={status} />
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

function JobStatus({ status }: Pick<JobView, 'status'>): JSX.Element {
  return (
    <span class={`badge badge-${looks[status]}`}>
      <span class="badge-dot" aria-hidden="true" />
      {words[status]}
    </span>
  )
}
