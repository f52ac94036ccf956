import type { Settings } from '../../settings/settings.ts'
import type { JobLimits } from './job-runner.ts'

/** The limits over all jobs; 0 means none. */
export async function readJobLimits(settings: Pick<Settings, 'get'>): Promise<JobLimits> {
  const read = async (key: string) => Number(await settings.get(key)) || null
  return {
    maxConcurrent: await read('jobs.maxConcurrent'),
    maxPerHour: await read('jobs.maxPerHour'),
    pauseAfterFailures: await read('jobs.pauseAfterFailures'),
  }
}
