import type { JSX } from 'preact'
import type { BatchView } from '../../api/types.ts'
import { compact, count, usd } from '../../format/numbers.ts'
import { usePage } from '../../hooks/page-context.ts'
import { asSentence } from '../../parts/form/form-error.tsx'
import { Ago } from '../../parts/status/ago.tsx'
import { Badge } from '../../parts/status/badge.tsx'
import { Countdown } from '../../parts/status/countdown.tsx'
import type { Column } from '../../parts/table/data-table.tsx'
import { ACTIONS, DataTable, numberColumns } from '../../parts/table/data-table.tsx'

const looks: Record<BatchView['status'], string> = {
  running: 'ready',
  waiting: 'cooling',
  completed: 'ready',
  stopped: 'disabled',
  canceled: 'disabled',
  failed: 'key-refused',
  dead: 'unreachable',
}

const columns: Column[] = [
  'File',
  'Status',
  'Progress',
  ...numberColumns('Failed', 'Tokens', 'Cost'),
  'Next',
  ACTIONS,
]

/** The batches with their progress, the newest first. */
export function BatchTable({
  batches,
  onChange,
}: {
  batches: BatchView[]
  onChange: () => void
}): JSX.Element {
  return (
    <section class="card" aria-labelledby="batches-title">
      <h2 id="batches-title">Batches</h2>
      {batches.length === 0 ? (
        <p class="quiet">
          No batch has run here. <code>qwenctl batch run FILE</code> sends a file of requests over all
          accounts.
        </p>
      ) : (
        <DataTable label="List of batches" columns={columns}>
          {batches.map((batch) => (
            <BatchRow key={batch.id} batch={batch} onChange={onChange} />
          ))}
        </DataTable>
      )}
    </section>
  )
}

function BatchRow({ batch, onChange }: { batch: BatchView; onChange: () => void }): JSX.Element {
  const page = usePage()
  const { id, file, status, reason, failed, inputTokens, outputTokens, costUsd } = batch
  const name = file.split(/[\\/]/).at(-1) ?? file
  const isRunning = status === 'running' || status === 'waiting'
  const cancel = () =>
    page.api.cancelBatch(id).then(
      () => {
        page.say(`${name} ends after its lines in flight`)
        onChange()
      },
      (error: unknown) => page.complain(error),
    )
  return (
    <tr>
      <th scope="row" title={file}>
        {name} <code class="quiet">{id}</code>
      </th>
      <td title={reason ?? undefined}>
        <Badge look={looks[status]}>{asSentence(status)}</Badge>
      </td>
      <td>
        <BatchProgress batch={batch} />
      </td>
      <td class="number">{count(failed)}</td>
      <td class="number">{compact(inputTokens + outputTokens)}</td>
      <td class="number">{usd(costUsd)}</td>
      <td>
        <Next batch={batch} />
      </td>
      <td class="col-action">
        {isRunning && (
          <button type="button" class="button" aria-label={`Cancel ${name}`} onClick={() => void cancel()}>
            Cancel
          </button>
        )}
      </td>
    </tr>
  )
}

function BatchProgress({ batch: { done, failed, lines } }: { batch: BatchView }): JSX.Element {
  const answered = done + failed
  const words = `${count(answered)} of ${count(lines)}`
  return (
    <div class="batch-progress">
      <div
        class="gauge"
        role="progressbar"
        aria-label="Answered lines"
        aria-valuemin={0}
        aria-valuemax={lines}
        aria-valuenow={answered}
        aria-valuetext={words}
      >
        <div class="gauge-used" style={{ width: `${lines === 0 ? 0 : (answered / lines) * 100}%` }} />
      </div>
      <span>{words}</span>
    </div>
  )
}

function Next({ batch: { resumesAt, endsAt, endedAt, status } }: { batch: BatchView }): JSX.Element {
  if (resumesAt !== null)
    return (
      <>
        resumes <Countdown at={resumesAt} />
      </>
    )
  if (endsAt !== null)
    return (
      <>
        ends <Countdown at={endsAt} />
      </>
    )
  if (endedAt === null) return <span class="quiet">{status === 'running' ? 'just begun' : '–'}</span>
  return (
    <span class="quiet">
      ended <Ago at={endedAt} />
    </span>
  )
}
