import type { JSX } from 'preact'
import type { RunView } from '../../api/types.ts'
import { Ago } from '../../parts/status/ago.tsx'

const tones: Record<RunView['status'], string> = {
  running: '',
  done: 'text-good',
  failed: 'text-bad',
  lost: 'text-bad',
  skipped: 'text-warn',
  stopped: 'text-warn',
}

/** `done 2 h ago`. */
export function LastRun({ run }: { run: RunView | null }): JSX.Element {
  if (run === null) return <span class="quiet">never</span>
  return (
    <span title={run.reason ?? undefined}>
      <RunStatus status={run.status} />{' '}
      <span class="quiet">
        <Ago at={run.claimedAt} />
      </span>
    </span>
  )
}

export function RunStatus({ status }: Pick<RunView, 'status'>): JSX.Element {
  return <span class={tones[status]}>{status}</span>
}
