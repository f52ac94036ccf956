/** An upstream's answer that is not passed on yet. The client may get it if no other account does better. */
export interface HeldAnswer {
  status: number
  rawHeaders: readonly string[]
  body: Buffer
}

/** Parses the answer; undefined if it is not JSON. */
export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    return undefined // HTML of a firewall, an empty body, or text
  }
}
