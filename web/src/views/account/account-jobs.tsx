import type { JSX } from 'preact'
import type { AccountView, JobView } from '../../api/types.ts'
import { accountName } from '../../format/words.ts'
import { usePage } from '../../hooks/page-context.ts'
import { useEvery } from '../../hooks/use-every.ts'
import { useJobActions } from '../../hooks/use-job-actions.ts'
import { useLoaded } from '../../hooks/use-loaded.ts'
import { Countdown } from '../../parts/status/countdown.tsx'
import { WhenLoaded } from '../../parts/status/states.tsx'
import { LastRun } from '../jobs/last-run.tsx'
import { RunList } from '../jobs/run-list.tsx'

const READ_MS = 5_000
const MOST_RUNS = 8

/** The jobs of an account: schedule, next run, last runs with their output; start, stop and run now. */
export function AccountJobs({ account }: { account: AccountView }): JSX.Element {
  const page = usePage()
  const { api } = page
  const { id } = account
  const turn = useEvery(READ_MS)
  const loaded = useLoaded(async () => {
    const [{ jobs }, { runs }] = await Promise.all([api.jobs(), api.runs({ account: id, limit: MOST_RUNS })])
    return { jobs: jobs.filter((job) => job.accounts.some((each) => each.id === id)), runs }
  }, [id, turn])
  const isStopped = loaded.value?.jobs.some((job) => ownPart(job, id)?.status === 'stopped') === true
  const order = async (verb: 'start' | 'stop') => {
    const words = verb === 'start' ? 'start again' : 'are stopped; it still serves requests'
    if (await page.act(api.actOnAccount(id, verb), `jobs of ${accountName(account)} ${words}`)) loaded.again()
  }
  return (
    <section class="card" aria-labelledby="account-jobs-title">
      <div class="card-head">
        <h2 id="account-jobs-title">Jobs</h2>
        {loaded.value !== null && loaded.value.jobs.length > 0 && (
          <button type="button" class="button" onClick={() => void order(isStopped ? 'start' : 'stop')}>
            {isStopped ? 'Start jobs' : 'Stop jobs'}
          </button>
        )}
      </div>
      <WhenLoaded loaded={loaded} what="the jobs" onRetry={loaded.again}>
        {({ jobs, runs }) => (
          <>
            {jobs.length === 0 ? (
              <p class="quiet">
                No job runs for this account. <code>qwenctl jobs add</code> makes one.
              </p>
            ) : (
              <OwnJobs account={account} jobs={jobs} onChange={loaded.again} />
            )}
            {runs.length > 0 && (
              <>
                <h3>Last runs</h3>
                <RunList runs={runs} />
              </>
            )}
          </>
        )}
      </WhenLoaded>
    </section>
  )
}

function OwnJobs({
  account,
  jobs,
  onChange,
}: {
  account: AccountView
  jobs: JobView[]
  onChange: () => void
}): JSX.Element {
  const actions = useJobActions(onChange)
  return (
    <ul class="own-jobs">
      {jobs.map((job) => (
        <li key={job.id}>
          <div>
            <strong>{job.name}</strong> {job.schedule}
            {job.zone !== 'UTC' && <span class="quiet"> {job.zone}</span>}
            <p class="quiet">
              <OwnState job={job} id={account.id} />
            </p>
          </div>
          <button
            type="button"
            class="button"
            aria-label={`Run now: ${job.name} for ${accountName(account)}`}
            onClick={() => actions.run(job.name, [account.id])}
          >
            Run now
          </button>
        </li>
      ))}
    </ul>
  )
}

function OwnState({ job, id }: { job: JobView; id: string }): JSX.Element | null {
  const own = ownPart(job, id)
  if (own === null) return null
  return (
    <>
      {own.status !== 'active' ? (
        <>
          {own.status}: {own.reason} <code>{own.fix}</code>
        </>
      ) : own.nextAt === null ? (
        'no run is planned'
      ) : (
        <>
          next <Countdown at={own.nextAt} />
        </>
      )}
      , last <LastRun run={own.lastRun} />
    </>
  )
}

function ownPart(job: JobView, id: string): JobView['accounts'][number] | null {
  return job.accounts.find((each) => each.id === id) ?? null
}
