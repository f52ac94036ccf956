import type { JSX } from 'preact'
import type { JobView } from '../../api/types.ts'
import { count } from '../../format/numbers.ts'
import { useJobActions } from '../../hooks/use-job-actions.ts'
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
              <tr key={job.id}>
                <th scope="row">{job.name}</th>
                <td>
                  <JobStatus status={job.status} />
                </td>
                <td>
                  {job.schedule} {job.zone !== 'UTC' && <span class="quiet">{job.zone}</span>}
                </td>
                <td class="number">{count(job.accounts.length)}</td>
                <td>
                  {job.nextAt === null ? <span class="quiet">none</span> : <Countdown at={job.nextAt} />}
                </td>
                <td>
                  <LastRun run={job.lastRun} />
                </td>
                <td class="col-action">
                  <button
                    type="button"
                    class="button"
                    aria-label={`Run now: ${job.name}`}
                    onClick={() => actions.run(job.name)}
                  >
                    Run now
                  </button>{' '}
                  {job.status === 'paused' ? (
                    <button
                      type="button"
                      class="button"
                      aria-label={`Resume ${job.name}`}
                      onClick={() => actions.resume(job.name)}
                    >
                      Resume
                    </button>
                  ) : (
                    <button
                      type="button"
                      class="button"
                      aria-label={`Pause ${job.name}`}
                      onClick={() => actions.pause(job.name)}
                    >
                      Pause
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
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
