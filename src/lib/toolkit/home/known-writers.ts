import { isWriterAlive } from '../../store/ledger/files/writer.ts'

/** A process that ended stays ended; a running process is checked again after this time. */
const TRUSTED_MS = 1000

/**
 * Returns a test whether the process that made a reservation still runs. A process may hold hundreds of reservations,
 * so it is checked rarely.
 */
export function findKnownWriters(): (reservationId: string) => boolean {
  const aliveUntil = new Map<string, number>()
  return (reservationId) => {
    const writer = reservationId.slice(0, reservationId.lastIndexOf('-'))
    const now = performance.now()
    const until = aliveUntil.get(writer)
    if (until !== undefined && until > now) return true
    if (until === -Infinity) return false
    const isAlive = isWriterAlive(reservationId)
    aliveUntil.set(writer, isAlive ? now + TRUSTED_MS : -Infinity)
    return isAlive
  }
}
