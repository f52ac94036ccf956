import { plural } from '../format/numbers.ts'
import { usePage } from './page-context.ts'

export interface JobActions {
  /** `accounts`: ids; missing: all accounts of the job. */
  run: (job: string, accounts?: string[]) => void
  pause: (job: string, accounts?: string[]) => void
  resume: (job: string, accounts?: string[]) => void
}

/** Actions on jobs, with their result or error as a message. `onChange` runs after a success. */
export function useJobActions(onChange: () => void): JobActions {
  const page = usePage()
  const { api } = page
  const act = async (doing: Promise<unknown>, done: (answer: unknown) => string) => {
    try {
      page.say(done(await doing))
      onChange()
    } catch (error) {
      page.complain(error)
    }
  }
  return {
    run: (job, accounts) =>
      void act(api.runJob(job, accounts), (answer) => {
        const { runs } = answer as Awaited<ReturnType<typeof api.runJob>>
        return runs.length === 0 ? `${job} already runs` : `${job} began ${plural(runs.length, 'run')}`
      }),
    pause: (job, accounts) => void act(api.pauseJob(job, accounts), () => `${job} is paused`),
    resume: (job, accounts) => void act(api.resumeJob(job, accounts), () => `${job} is resumed`),
  }
}
