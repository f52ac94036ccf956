import { Elements, Members } from './json-cursor.ts'
import { isAt, skipValue, type Span } from './json-scan.ts'

/** How far the opening of a conversation is searched for the first words of its user. */
export const OPENING_MESSAGES = 8

const OPEN_ARRAY = 0x5b
const OPEN_OBJECT = 0x7b
const CONTENT = Buffer.from('content')
const ROLE = Buffer.from('role')
const USER = Buffer.from('"user"')

/**
 * Walks the messages at `at`, inside `depth` other values, as `skipValue` does, and adds to `contents` where the contents
 * of the opening stand: of the messages up to the first of the user. Every request has both of this done, in one walk.
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

/** Adds a message's content; true when it is the user's. */
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
