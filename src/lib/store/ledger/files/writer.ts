import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readErrno } from '../../../base/errno.ts'

/**
 * Identifies an open ledger uniquely. The system reuses process ids, and one process may open several ledgers at
 * the same moment. Two ledgers with one id would each settle the other's reservations.
 */
export function makeWriter(): string {
  return `${process.pid.toString(36)}.${readProcessStart(process.pid) ?? '0'}.${randomInt(2 ** 47).toString(36)}`
}

/**
 * Whether the process that wrote a reservation is still running. When the system does not say, it counts as
 * running.
 */
export function isWriterAlive(reservationId: string): boolean {
  const [pidText = '', start = '0'] = reservationId.split('.')
  const pid = Number.parseInt(pidText, 36)
  if (!Number.isSafeInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (readErrno(error) === 'ESRCH') return false
  }
  const now = readProcessStart(pid)
  return now === null || start === '0' || now === start
}

/** When the process began, in the kernel's ticks since boot (proc(5), field 22); null on systems without /proc. */
function readProcessStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ') // the name before may hold anything
    return fields[0] === 'Z' ? 'ended' : Number(fields[19]).toString(36)
  } catch {
    return null // no /proc, or the process has just ended
  }
}
