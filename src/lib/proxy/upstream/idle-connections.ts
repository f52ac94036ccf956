import type { UpstreamConnection } from './upstream-connection.ts'
import type { UpstreamOrigin } from './upstream-origin.ts'

/** The connections that wait for a request. The one used last is used next: the others grow old and go. */
export class IdleConnections {
  readonly #byOrigin = new Map<UpstreamOrigin, UpstreamConnection[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** False where the origin has that many already. */
  add(connection: UpstreamConnection, most: number): boolean {
    const idle = this.#of(connection.origin)
    if (idle.length >= most) return false
    idle.push(connection)
    this.#size++
    return true
  }

  /** The freshest that is still good at `now`; the stale ones met on the way are closed. */
  take(origin: UpstreamOrigin, now: number): UpstreamConnection | null {
    const idle = this.#of(origin)
    for (;;) {
      const connection = idle.pop()
      if (connection === undefined) return null
      this.#size--
      if (connection.isUsable && connection.idleUntil > now) return connection
      connection.discard()
    }
  }

  remove(connection: UpstreamConnection): void {
    const idle = this.#of(connection.origin)
    const at = idle.indexOf(connection)
    if (at < 0) return
    idle.splice(at, 1)
    this.#size--
  }

  /** Every life is different where upstreams give hints, so all are looked at. */
  dropOld(now: number): void {
    for (const idle of this.#byOrigin.values())
      for (const connection of [...idle]) if (connection.idleUntil <= now) connection.discard()
  }

  #of(origin: UpstreamOrigin): UpstreamConnection[] {
    let idle = this.#byOrigin.get(origin)
    if (idle === undefined) this.#byOrigin.set(origin, (idle = []))
    return idle
  }
}
