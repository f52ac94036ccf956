import type { UpstreamConnection } from './upstream-connection.ts'
import type { UpstreamOrigin } from '../../upstream-origin.ts'

/** The connections that wait for a request. The one used last is used next: the others age and are closed. */
export class IdleConnections {
  readonly #byOrigin = new Map<UpstreamOrigin, UpstreamConnection[]>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** False if the origin already has `most` connections. */
  add(connection: UpstreamConnection, most: number): boolean {
    const idle = this.#of(connection.origin)
    if (idle.length >= most) return false
    idle.push(connection)
    this.#size++
    return true
  }

  /** Returns the freshest connection that is still good at `now`. Stale ones found on the way are closed. */
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

  /** Upstream hints give every connection its own lifetime, so all are checked. */
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
