import { Members } from './json-cursor.ts'
import { Lookout, skipSpace } from './json-scan.ts'

export interface Glance {
  /** The value of the top-level `usage`, parsed; undefined when there is none. */
  usage: unknown
}

const ERROR = Buffer.from('"error"')
const lookout = new Lookout('error')
const USAGE = Buffer.from('usage')
const CODE = Buffer.from('code')
const ERROR_TYPE = Buffer.from('errorType')

/**
 * What the proxy has to know of a plain JSON success, without parsing all of it. Null: it may be an error in the clothes
 * of a success, or is no JSON object, and has to be read as a whole.
 */
export function glanceAt(body: Buffer): Glance | null {
  const open = skipSpace(body, 0)
  if (body[open] !== 0x7b) return null
  lookout.wasSeen = false
  const members = new Members(body, open, 0, lookout)
  let usageStart = -1
  let usageEnd = -1
  while (members.next()) {
    if (members.isKey(USAGE)) {
      usageStart = members.start
      usageEnd = members.end
    } else if (members.isKey(CODE) || members.isKey(ERROR_TYPE)) return null
  }
  if (members.end < 0 || lookout.wasSeen) return null
  if (members.end < body.length && body.includes(ERROR, members.end)) return null
  return { usage: usageStart < 0 ? undefined : parsed(body.toString('utf8', usageStart, usageEnd)) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined // right in structure, but not a value: nothing said
  }
}
