import { STATUS_CODES } from 'node:http'
import { turnClock } from '../../toolkit/turn-clock.ts'

/** The head of an answer, as it goes over the wire in Latin-1. It says when it was made, if `headers` do not. */
export function answerHead(status: number, headers: readonly string[], isLast: boolean): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`
  let hasDate = false
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index]!
    if (name.length === 4 && name.toLowerCase() === 'date') hasDate = true
    text += `${name}: ${headers[index + 1]!}\r\n`
  }
  if (!hasDate) text += `date: ${httpDate()}\r\n`
  return text + (isLast ? 'connection: close\r\n\r\n' : 'connection: keep-alive\r\n\r\n')
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
