/** An upstream's answer that was not passed on yet: it may be the one the client gets, if no other account can do better. */
export interface HeldAnswer {
  status: number
  rawHeaders: readonly string[]
  body: Buffer
}

/** The answer parsed, undefined when it is not JSON. */
export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    return undefined // HTML of a firewall, an empty body, text
  }
}
