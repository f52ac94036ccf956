import { readMessage } from '../../../lib/base/errors.ts'
import type { PlanWatch } from '../../../lib/toolkit/plans/plan-watch.ts'
import type { Toolkit } from '../../../lib/toolkit/toolkit.ts'
import type { RunJob } from './lazy-management.ts'
import type { JobsOfProxy } from './run-schedule.ts'

interface WorkParts {
  toolkit: Toolkit
  /** Only this user's accounts; null: all. */
  user: string | null
  onTrouble: (message: string) => void
}

/** The work beside the requests of a proxy: scheduled jobs, and questions about plans. */
export class BackgroundWork {
  readonly #parts: WorkParts
  #jobs: JobsOfProxy | null = null
  #plans: PlanWatch | null = null
  /** Starts a job now. Until the schedule runs, nothing starts. */
  readonly runJob: RunJob = async (job, accounts) => (await this.#jobs?.run(job, accounts)) ?? []

  constructor(parts: WorkParts) {
    this.#parts = parts
  }

  /** `url`: of the running proxy. The proxy serves even if the jobs fail to start. */
  async startJobs(url: string): Promise<void> {
    const { toolkit, user, onTrouble } = this.#parts
    try {
      const { startSchedule } = await import('./run-schedule.ts')
      this.#jobs = await startSchedule(toolkit, { url, user, env: process.env, onTrouble })
    } catch (error) {
      onTrouble(`jobs do not run: ${readMessage(error)}`)
    }
  }

  /** The proxy serves even if no plan can be asked. */
  async startPlans(): Promise<void> {
    const { toolkit, onTrouble } = this.#parts
    try {
      const { PlanWatch } = await import('../../../lib/toolkit/plans/plan-watch.ts')
      const watch = new PlanWatch({ ...this.#parts, ledger: await toolkit.ledger() })
      watch.start()
      this.#plans = watch
    } catch (error) {
      onTrouble(`plans are not asked: ${readMessage(error)}`)
    }
  }

  async stopJobs(): Promise<void> {
    await this.#jobs?.stop('the proxy stopped')
  }

  async stop(): Promise<void> {
    await Promise.all([this.stopJobs(), this.#plans?.stop()])
  }
}
