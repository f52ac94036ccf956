import { QwenctlError } from '../../lib/base/errors.ts'
import type { Interrupt } from '../../lib/demo/demo-interrupt.ts'
import { listenForInterrupt } from '../../lib/demo/demo-interrupt.ts'
import type { JobsDemoOptions } from '../../lib/demo/demo-jobs.ts'
import { BaseCommand } from '../../lib/terminal/base-command.ts'

/** A story over simulated accounts, in a temporary home. Ctrl-C ends it cleanly. */
export abstract class DemoCommand extends BaseCommand {
  protected async untilInterrupted<Result>(play: (interrupt: Interrupt) => Promise<Result>): Promise<Result> {
    const interrupt = listenForInterrupt(process.stdout)
    try {
      return await play(interrupt)
    } catch (error) {
      if (!interrupt.signal.aborted) throw error
      throw new QwenctlError('cancelled', 'the demo was interrupted; its temporary home is removed')
    } finally {
      interrupt.release()
    }
  }

  protected readonly onTrouble = (message: string): void => this.caution(message)

  protected readonly startSchedule: JobsDemoOptions['startSchedule'] = async (toolkit, url) => {
    const { startSchedule } = await import('./proxy/run-schedule.ts')
    const { onTrouble } = this
    const { stop } = await startSchedule(toolkit, { url, user: null, env: process.env, onTrouble })
    return stop
  }
}
