import type { RunProcess } from '../../../schedule/run-record.ts'
import { describeProcess, processExists, liveness } from '../../../store/locks/lock-owner.ts'

/**
 * Ends the command of a killed process, and everything in its process group. A later process with the same number is
 * left alone. Returns false if the command may live on: on another machine, or as another user.
 */
export function endOrphan(command: RunProcess): boolean {
  if (liveness(command) === 'elsewhere') return false
  if (!isOfCommand(command)) return true
  try {
    if (process.platform === 'win32') process.kill(command.pid, 'SIGKILL')
    else process.kill(-command.pid, 'SIGKILL')
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH' // it has ended
  }
}

/**
 * Whether the group with the number of the command is still the command's. The system gives the number of a living
 * group to no new process. A group without its first process is therefore an old one.
 */
function isOfCommand({ pid, startTime, bootId }: RunProcess): boolean {
  const there = describeProcess(pid)
  if (there !== null) return there.startTime === startTime && there.bootId === bootId
  return !processExists(pid)
}
