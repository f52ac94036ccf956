import { QwenctlError } from '../../errors.ts'
import type { UpstreamRequest } from './upstream-call.ts'

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// Latin-1 without control characters. Above U+00FF must be refused too: written as Latin-1, U+010A becomes a line feed.
const target = /^\/[\x21-\x7e\x80-\xff]*$/
const value = /^[\t\x20-\x7e\x80-\xff]*$/

/** The lower-case names of what the client itself writes, or that would change where the message ends. */
const ownHeaders = new Set(['host', 'content-length', 'connection', 'transfer-encoding'])

/**
 * The head of a request as it goes over the wire, to be written as Latin-1.
 * @throws QwenctlError `invalid_request` where a part could end its line and so forge another one
 */
export function requestHead(host: string, request: UpstreamRequest): string {
  const { method, path, headers, body } = request
  if (!token.test(method)) throw refused('the method is not a token')
  if (!target.test(path))
    throw refused('the path does not start with "/", or has blanks or control characters')
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n`
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    const text = headers[i + 1]
    checkHeader(name, text)
    head += `${name}: ${text}\r\n`
  }
  if (body !== null) return `${head}content-length: ${body.length}\r\n\r\n`
  // RFC 9110 8.6: a method that usually has content says that it has none.
  if (method === 'POST' || method === 'PUT' || method === 'PATCH') return `${head}content-length: 0\r\n\r\n`
  return `${head}\r\n`
}

function checkHeader(name: string, text: string | undefined): asserts text is string {
  if (!token.test(name)) throw refused('a header name is not a token')
  if (text === undefined || !value.test(text)) throw refused(`the header "${name}" has control characters`)
  // Every name of ours has one of these lengths: most headers pass without a lower-case copy.
  const length = name.length
  if ((length === 4 || length === 10 || length === 14 || length === 17) && ownHeaders.has(name.toLowerCase()))
    throw refused(`the header "${name}" is written by the client itself`)
}

function refused(what: string): QwenctlError {
  return new QwenctlError('invalid_request', `the request cannot be sent upstream: ${what}`, {
    hint: 'remove that part of the request',
  })
}
