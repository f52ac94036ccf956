import { isQwenctlError } from '../../base/errors.ts'
import type { Toolkit } from '../toolkit.ts'
import type { JobInput } from '../jobs/job-input.ts'
import type { ListLimits } from './finding.ts'

/** The result of an imported schedule. */
export interface AddedJob {
  /** The name of the job; null: it could not be added. */
  job: string | null
  /** The next step, or the fault; null: it runs. */
  note: string | null
}

/** Adds the job of an imported account. Without a task it is paused, and the note says how to give it one. */
export async function addImportedJob(
  { jobs }: Pick<Toolkit, 'jobs'>,
  account: { id: string; name: string; user: string },
  schedule: JobInput,
): Promise<AddedJob> {
  const name = account.name
  try {
    const taken = (await jobs.read()).jobs.some((job) => job.name === name)
    if (taken) return { job: name, note: `there is already a job ${name}: qwenctl jobs show ${name}` }
    await jobs.add({ ...schedule, name, user: account.user, accounts: [account.id] })
    if (schedule.verify !== true) return { job: name, note: null }
    await jobs.pause(name)
    return {
      job: name,
      note: `the job ${name} is paused: give it a task with qwenctl jobs set ${name} -- COMMAND, then qwenctl jobs resume ${name}`,
    }
  } catch (error) {
    if (!isQwenctlError(error)) throw error
    return { job: null, note: `its schedule was not imported: ${error.message}` }
  }
}

/** Sets the limits of a master list, where the home has none of its own. */
export async function setListLimits(
  { settings }: Pick<Toolkit, 'settings'>,
  limits: ListLimits,
): Promise<void> {
  const wanted = { 'jobs.maxConcurrent': limits.maxConcurrent, 'jobs.maxPerHour': limits.maxPerHour }
  const present = new Map((await settings.list()).map(({ key, origin }) => [key, origin]))
  for (const [key, value] of Object.entries(wanted)) {
    if (value !== null && present.get(key) === 'default') await settings.set(key, String(value))
  }
}
