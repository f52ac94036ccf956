import type { JSX } from 'preact'
import type { BatchView, JobView, PlannedRun, RunView } from '../../api/types.ts'
import { usePage } from '../../hooks/page-context.ts'
import { useEvery } from '../../hooks/use-every.ts'
import { useLoaded } from '../../hooks/use-loaded.ts'
import { MOST_PLANNED } from '../../select/day-plan.ts'
import { ViewHead } from '../../parts/shell/view-head.tsx'
import { EmptyState, WhenLoaded } from '../../parts/status/states.tsx'
import { BatchTable } from './batch-table.tsx'
import { DayCalendar } from './day-calendar.tsx'
import { JobTable } from './job-table.tsx'
import { RunList } from './run-list.tsx'

const JOBS_MS = 5_000
const DAY_MS = 30_000
const BATCHES_MS = 2_000

interface Work {
  jobs: JobView[]
  runs: RunView[]
}

/** Scheduled jobs of all accounts with the next day, their runs, and the batches. */
export function Jobs(): JSX.Element {
  const { api } = usePage()
  const turn = useEvery(JOBS_MS)
  const work = useLoaded<Work>(async () => {
    const [{ jobs }, { runs }] = await Promise.all([api.jobs(), api.runs({ limit: 20 })])
    return { jobs, runs }
  }, [turn])
  const dayTurn = useEvery(DAY_MS)
  const day = useLoaded<PlannedRun[]>(async () => (await api.nextRuns(MOST_PLANNED)).runs, [dayTurn])
  const onChange = () => {
    work.again()
    day.again()
  }
  return (
    <>
      <ViewHead title="Jobs" />
      <div class="stack">
        <WhenLoaded loaded={work} what="the jobs" onRetry={work.again}>
          {({ jobs, runs }) =>
            jobs.length === 0 && runs.length === 0 ? (
              <NoJobs />
            ) : (
              <>
                <WhenLoaded loaded={day} what="the next day" onRetry={day.again}>
                  {(next) => <DayCalendar runs={next} />}
                </WhenLoaded>
                <JobTable jobs={jobs} onChange={onChange} />
                <section class="card" aria-labelledby="runs-title">
                  <h2 id="runs-title">Last runs</h2>
                  <RunList runs={runs} />
                </section>
              </>
            )
          }
        </WhenLoaded>
        <Batches />
      </div>
    </>
  )
}

function Batches(): JSX.Element {
  const { api } = usePage()
  const turn = useEvery(BATCHES_MS)
  const batches = useLoaded<BatchView[]>(async () => (await api.batches()).batches, [turn])
  return (
    <WhenLoaded loaded={batches} what="the batches" onRetry={batches.again}>
      {(value) => <BatchTable batches={value} onChange={batches.again} />}
    </WhenLoaded>
  )
}

function NoJobs(): JSX.Element {
  return (
    <EmptyState title="No jobs">
      <p>A job sends a prompt, runs a command or verifies a credential, on schedule and for each account.</p>
      <p>
        <code>qwenctl jobs add morning --at 07:00 --all --ask "Plan the day"</code>
      </p>
    </EmptyState>
  )
}
