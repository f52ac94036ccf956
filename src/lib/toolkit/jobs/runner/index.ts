// Everything that runs jobs, loaded by the first command that needs it.

export { AccountPools } from './account-pools.ts'
export { JobRunner } from './job-runner.ts'
export { JobScheduler } from './job-scheduler.ts'
export { readJobLimits } from './job-limits.ts'
export { listRunnable } from './list-runnable.ts'
