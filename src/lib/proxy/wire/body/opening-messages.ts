import { Elements, Members } from './json-cursor.ts'
import { isAt, skipValue, type Span } from './json-scan.ts'

/** How many messages are searched for the first text of the user. */
export const OPENING_MESSAGES = 8

const OPEN_ARRAY = 0x5b
const OPEN_OBJECT = 0x7b
const CONTENT = Buffer.from('content')
const ROLE = Buffer.from('role')
const USER = Buffer.from('"user"')

/**
 * Skips the messages at `at`, inside `depth` other values, as `skipValue` does. Adds the spans of the opening
 * contents to `contents`: those up to the first user message. Every request needs both results, so one walk
 * yields them.
 */
export function skipMessages(body: Buffer, at: number, depth: number, contents: Span[]): number {
  if (body[at] !== OPEN_ARRAY) return skipValue(body, at, depth)
  const messages = new Elements(body, at, depth)
  const message = new Members(body, at, depth + 1)
  let left = OPENING_MESSAGES
  while (messages.next()) {
    if (left > 0 && body[messages.start] === OPEN_OBJECT) {
      message.reopen(messages.start)
      left = addContent(body, message, contents) ? 0 : left - 1
      messages.end = message.end
    } else {
      left--
      messages.skip()
    }
  }
  return messages.end
}

/** Adds a message's content; true if it is the user's. */
function addContent(body: Buffer, message: Members, contents: Span[]): boolean {
  let start = -1
  let end = -1
  let isUser = false
  while (message.next()) {
    if (message.isKey(CONTENT)) {
      start = message.start
      end = message.end
    } else if (message.isKey(ROLE)) isUser = isAt(body, message.start, USER)
  }
  if (start >= 0) contents.push({ start, end })
  return isUser
}
