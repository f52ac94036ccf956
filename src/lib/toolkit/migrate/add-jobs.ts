import { isQwenctlError } from '../../base/errors.ts'
import type { Toolkit } from '../toolkit.ts'
import type { JobInput } from '../jobs/job-input.ts'

/** The result of an imported schedule. */
export interface AddedJob {
  /** The name of the job; null: it could not be added. */
  job: string | null
  /** The job needs a task before it can run. */
  needsTask: boolean
  /** A fact that the user should know, or the fault; null: none. */
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
    if (taken)
      return {
        job: name,
        needsTask: false,
        note: `there is already a job ${name}: qwenctl jobs show ${name}`,
      }
    await jobs.add({ ...schedule, name, user: account.user, accounts: [account.id] })
    if (schedule.verify !== true) return { job: name, needsTask: false, note: null }
    await jobs.pause(name)
    const note = `the job ${name} is paused: give it a task with qwenctl jobs set ${name} -- COMMAND, then qwenctl jobs resume ${name}`
    return { job: name, needsTask: true, note }
  } catch (error) {
    if (!isQwenctlError(error)) throw error
    return { job: null, needsTask: false, note: `its schedule was not imported: ${error.message}` }
  }
}
