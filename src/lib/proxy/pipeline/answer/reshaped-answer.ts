// An upstream's answer in the form that the client asked for: whole or as a stream, with correct headers. Some
// services answer a request for a stream with JSON, stream unasked, or send a wrong content type.

import { answerToEvents } from '../../../translate/reshape/answer-to-events.ts'
import { eventsToAnswer } from '../../../translate/reshape/events-to-answer.ts'
import { parseExact } from '../../../translate/reshape/exact-json.ts'
import type { UpstreamHead } from '../../transport/upstream-head.ts'
import { STREAM_HEADERS } from '../../wire/streams/kept-open.ts'
import { PassedHeaders, passedHeaders } from '../../wire/headers/response-headers.ts'
import { isEventStream, isJsonOrEvents, looksLikeEvents } from './classify-response.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { Outgoing } from '../plan/outgoing.ts'

const OPEN_OBJECT = 0x7b
const OPEN_LIST = 0x5b

/** The form that the beginning of a body shows; `blank`: nothing but space so far. */
export function detectKind(chunk: Buffer): 'json' | 'events' | 'blank' | 'other' {
  const first = chunk[0]
  if (first === OPEN_OBJECT || first === OPEN_LIST) return 'json'
  const text = chunk
    .toString('latin1', 0, 64)
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart()
  if (text === '') return 'blank'
  if (text.startsWith('{') || text.startsWith('[')) return 'json'
  return looksLikeEvents(Buffer.from(text)) ? 'events' : 'other'
}

/** Writes a whole answer as events; null: it is no answer of a known format. */
function writeEvents(answer: Buffer, { plan, stripUsage }: Outgoing): Buffer | null {
  const tellsUsage = plan === null ? !stripUsage : plan.wantsUsage
  const events = answerToEvents(parseExact(answer.toString('utf8')), { tellsUsage })
  return events === null ? null : Buffer.from(events)
}

/** Writes a whole answer as a stream that is a JSON list. */
function writeList(answer: Buffer): Buffer {
  return Buffer.concat([Buffer.from('['), answer, Buffer.from(']')])
}

/** Reads a complete stream as one answer; null: it is no stream of a known format. */
export function joinStream(stream: Buffer): Buffer | null {
  const answer = eventsToAnswer(stream)
  return answer === null ? null : Buffer.from(JSON.stringify(answer))
}

interface Sent {
  isDecoded: boolean
  isStream: boolean
  /** A whole answer; undefined: it has another form. */
  body: Buffer | undefined
  /** The credential of the account, which no header shows. */
  secret: string
}

/** The headers of an answer that passes to the client. */
export function headersFor(head: UpstreamHead, { isDecoded, isStream, body, secret }: Sent): PassedHeaders {
  const type = typeToSend(head, isStream, body)
  const passed = passedHeaders(head, secret)
  return isDecoded || type !== null ? relabelled(passed, isDecoded, type) : passed
}

/** Sends a whole answer in the client's form: unchanged, as events, or as a list. */
export function sendWhole(
  exchange: Exchange,
  answer: Buffer,
  { head, outgoing, passed }: { head: UpstreamHead; outgoing: Outgoing; passed: PassedHeaders },
): void {
  const { isStream, isList } = exchange
  const events = isStream && !isList ? writeEvents(answer, outgoing) : null
  if (events !== null) sendEvents(exchange, { status: head.status, passed, events })
  else exchange.send(head.status, [], isList ? writeList(answer) : answer, passed)
}

/** Sends a whole answer that was converted to a stream. */
function sendEvents(
  exchange: Exchange,
  { status, passed, events }: { status: number; passed: PassedHeaders; events: Buffer },
): void {
  exchange.clientListener = null
  exchange.begin(status, [...eventHeadersFor(passed).list])
  exchange.write(events)
  exchange.end()
}

/** The headers of a whole answer that becomes events. */
function eventHeadersFor(passed: PassedHeaders): PassedHeaders {
  return new PassedHeaders([
    ...relabelled(passed, true, null).list.filter(isNoStreamHeader),
    ...STREAM_HEADERS,
  ])
}

function isNoStreamHeader(_: string, index: number, list: readonly string[]): boolean {
  return !streamHeaderNames.has(list[index - (index % 2)]!.toLowerCase())
}

const streamHeaderNames: ReadonlySet<string> = new Set(['content-type', 'cache-control', 'x-accel-buffering'])

/** The correct content type if the upstream's is wrong; null: it is correct. */
function typeToSend(head: UpstreamHead, isStream: boolean, body: Buffer | undefined): string | null {
  if (isStream) return isEventStream(head) ? null : 'text/event-stream; charset=utf-8'
  if (body === undefined || (isJsonOrEvents(head) && !isEventStream(head))) return null
  return detectKind(body) === 'json' ? 'application/json' : null
}

function relabelled({ list }: PassedHeaders, isDecoded: boolean, type: string | null): PassedHeaders {
  const kept: string[] = []
  for (let index = 0; index < list.length; index += 2) {
    const name = list[index]!.toLowerCase()
    if ((isDecoded && name === 'content-encoding') || (type !== null && name === 'content-type')) continue
    kept.push(list[index]!, list[index + 1]!)
  }
  if (type !== null) kept.push('content-type', type)
  return new PassedHeaders(kept)
}

/** The headers of a body that was decoded. */
export function withoutCoding(rawHeaders: readonly string[]): readonly string[] {
  return rawHeaders.filter(
    (_, index) => rawHeaders[index - (index % 2)]!.toLowerCase() !== 'content-encoding',
  )
}
