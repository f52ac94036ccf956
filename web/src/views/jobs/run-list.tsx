import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import type { RunView } from '../../api/types.ts'
import { count, latency } from '../../format/numbers.ts'
import { usePage } from '../../hooks/page-context.ts'
import { useLoaded } from '../../hooks/use-loaded.ts'
import { Ago } from '../../parts/status/ago.tsx'
import { WhenLoaded } from '../../parts/status/states.tsx'
import { RunStatus } from './last-run.tsx'

/** Runs and skipped slots, the newest first. An opened run shows its output. */
export function RunList({ runs }: { runs: RunView[] }): JSX.Element {
  if (runs.length === 0) return <p class="quiet">No job has run yet.</p>
  return (
    <ul class="runs">
      {runs.map((run) => (
        <li key={run.id}>
          <RunItem run={run} />
        </li>
      ))}
    </ul>
  )
}

function RunItem({ run }: { run: RunView }): JSX.Element {
  const [isOpen, setOpen] = useState(false)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span class="run-line">
          <strong>{run.jobName}</strong> <span>{run.accountName}</span> <RunStatus status={run.status} />{' '}
          <span class="quiet">
            {run.isLate && 'late, '}
            {run.isManual && 'by hand, '}
            {run.durationMs !== null && run.status !== 'skipped' && `${latency(run.durationMs)}, `}
            <Ago at={run.claimedAt} />
          </span>
        </span>
      </summary>
      {run.reason !== null && <p>{run.reason}</p>}
      {run.slots > 1 && <p class="quiet">{count(run.slots)} slots</p>}
      {isOpen && <Output run={run} />}
    </details>
  )
}

function Output({ run: { id, status } }: { run: RunView }): JSX.Element {
  const { api } = usePage()
  const loaded = useLoaded(() => api.run(id), [id, status])
  return (
    <WhenLoaded loaded={loaded} what="the output" onRetry={loaded.again}>
      {({ run: { output } }) =>
        output == null ? <p class="quiet">No output is kept.</p> : <pre class="run-output">{output}</pre>
      }
    </WhenLoaded>
  )
}
