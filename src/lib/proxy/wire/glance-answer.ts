import { isAt, skipObject, skipSpace } from './json-scan.ts'

export interface Glance {
  /** The value of the top-level `usage`, parsed; undefined when there is none. */
  usage: unknown
}

const USAGE = Buffer.from('usage')
const CODE = Buffer.from('code')
const ERROR_TYPE = Buffer.from('errorType')

/**
 * What the proxy has to know of a plain JSON success, without parsing all of it. Null: it may be an error in the clothes
 * of a success, or is no JSON object, and has to be read as a whole.
 */
export function glanceAt(body: Buffer): Glance | null {
  if (body.includes('"error"')) return null
  const open = skipSpace(body, 0)
  if (body[open] !== 0x7b) return null
  let isSuspect = false
  let usageStart = -1
  let usageEnd = -1
  const end = skipObject(body, open, 0, (keyStart, keyEnd, start, valueEnd) => {
    const length = keyEnd - keyStart
    if (length === USAGE.length && isAt(body, keyStart, USAGE)) {
      usageStart = start
      usageEnd = valueEnd
    } else if (
      length === CODE.length ? isAt(body, keyStart, CODE) : length === 9 && isAt(body, keyStart, ERROR_TYPE)
    ) {
      isSuspect = true
    }
  })
  if (isSuspect || end < 0) return null
  return { usage: usageStart < 0 ? undefined : parsed(body.toString('utf8', usageStart, usageEnd)) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined // right in structure, but not a value: nothing said
  }
}
