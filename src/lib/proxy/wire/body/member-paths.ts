// Places of members by their path, for edits that remove or rename them.

import { elementSpans, memberSpans } from './json-cursor.ts'
import { skipSpace, type Span } from './json-scan.ts'

const OPEN_LIST = 0x5b
const QUOTE = 0x22
const COMMA = 0x2c

/** The values of a member. A dot leads to a member of a member, or of each element of a list. */
export function findSpans(body: Buffer, path: string): Span[] {
  const whole = { start: skipSpace(body, 0), end: body.length }
  return path
    .split('.')
    .reduce(
      (spans, name) =>
        spans.flatMap((span) => listObjects(body, span)).flatMap((span) => memberSpans(body, span, name)),
      [whole],
    )
}

function listObjects(body: Buffer, span: Span): Span[] {
  return body[span.start] === OPEN_LIST ? elementSpans(body, span, Infinity) : [span]
}

/** The offset of the key before this value. */
export function keyStart(body: Buffer, value: number): number {
  return body.lastIndexOf(QUOTE, body.lastIndexOf(QUOTE, value - 1) - 1)
}

/** A member with the comma after it, or before it if it is the last. */
export function withComma(body: Buffer, start: number, end: number): { start: number; end: number } {
  const after = skipSpace(body, end)
  if (body[after] === COMMA) return { start, end: after + 1 }
  let before = start - 1
  while (
    before > 0 &&
    (body[before] === 0x20 || body[before] === 0x0a || body[before] === 0x0d || body[before] === 0x09)
  )
    before--
  return body[before] === COMMA ? { start: before, end } : { start, end }
}
