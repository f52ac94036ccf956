import { tryParseJson } from '../../../base/text/try-parse-json.ts'

/** An upstream's answer that is not passed on yet. The client may get it if no other account does better. */
export interface HeldAnswer {
  status: number
  rawHeaders: readonly string[]
  body: Buffer
}

/** Parses the answer; undefined if it is not JSON. */
export function parseJson(body: Buffer): unknown {
  return tryParseJson(body.toString('utf8'))
}
