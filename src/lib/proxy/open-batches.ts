import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { once } from '../toolkit/once.ts'
import type { Toolkit } from '../toolkit/toolkit.ts'
import type { BatchRunner, RunnerParts } from './batches/batch-runner.ts'
import type { BatchParts } from './server/lazy-batches.ts'
import { LazyBatches } from './server/lazy-batches.ts'

/** The batches of a proxy. Their code loads with the first request, or to resume what a restart interrupted. */
export interface OpenedBatches {
  handler: LazyBatches
  /** Continues the batches that have not ended, and those that a killed proxy leaves. */
  resume: () => void
  /** Sends no more lines. Synchronous, so that a proxy closes its listener in the call that ends it. */
  stop: () => void
  /** Leaves the lines in flight, and resolves when every journal is closed. */
  close: () => Promise<void>
}

export function openBatches(toolkit: Toolkit, parts: Omit<RunnerParts, 'toolkit'>): OpenedBatches {
  const { batchesFolder } = toolkit.home
  let opened: Promise<BatchParts> | null = null
  let runner: BatchRunner | null = null
  let isStopped = false
  const load = once(async (): Promise<BatchParts> => {
    const { BatchRunner } = await import('./batches/batch-runner.ts')
    const { BatchApi } = await import('./batches/batch-api.ts')
    runner = new BatchRunner({ toolkit, ...parts })
    if (isStopped) runner.stop()
    else runner.watch()
    return { runner, api: new BatchApi(runner) }
  })
  const open = () => (opened = load())
  return {
    handler: new LazyBatches(batchesFolder, open),
    resume: () => {
      if (existsSync(join(batchesFolder, 'http')))
        open().catch((error: unknown) => parts.onTrouble(String(error)))
    },
    stop: () => {
      isStopped = true
      runner?.stop()
    },
    close: async () => (await opened)?.runner.close(),
  }
}
