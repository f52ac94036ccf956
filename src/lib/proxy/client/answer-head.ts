import { STATUS_CODES } from 'node:http'
import { turnClock } from '../../toolkit/turn-clock.ts'
import type { PassedHeaders } from '../wire/response-headers.ts'
import { headerLines } from '../wire/response-headers.ts'

/**
 * The head of an answer, as it goes over the wire in Latin-1: what the upstream said, then ours, which have no date. It says
 * when it was made, if the upstream does not.
 */
export function answerHead(
  status: number,
  passed: PassedHeaders,
  headers: readonly string[],
  isLast: boolean,
): string {
  const date = passed.hasDate ? '' : `date: ${httpDate()}\r\n`
  const end = isLast ? 'connection: close\r\n\r\n' : 'connection: keep-alive\r\n\r\n'
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${passed.lines}${headerLines(headers)}${date}${end}`
}

/** Answers of this status have no body, whatever their headers say. */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 304 || status < 200
}

let dateSecond = -1
let dateText = ''

function httpDate(): string {
  const second = Math.floor(turnClock() / 1000)
  if (second !== dateSecond) {
    dateSecond = second
    dateText = new Date(second * 1000).toUTCString()
  }
  return dateText
}
