import { isWriterAlive } from '../store/ledger/writer.ts'

/** A process that ended stays ended; of one that runs, the system is asked again after so long. */
const TRUSTED_MS = 1000

/** Answers whether the process that made a reservation still runs. One may hold hundreds, so each is asked about rarely. */
export function knownWriters(): (reservationId: string) => boolean {
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
