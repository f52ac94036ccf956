import { CheckedHeaders, refused } from './checked-headers.ts'
import type { UpstreamRequest } from './upstream-call.ts'

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// Latin-1 without control characters. Above U+00FF must be refused too: written as Latin-1, U+010A becomes a line feed.
const target = /^\/[\x21-\x7e\x80-\xff]*$/
/**
 * The head of a request as it goes over the wire, to be written as Latin-1.
 * @throws QwenctlError `invalid_request` where a part could end its line and so forge another one
 */
export function requestHead(host: string, request: UpstreamRequest): string {
  const { method, body } = request
  const start = beginning(host, request)
  if (body !== null) return `${start}content-length: ${body.length}\r\n\r\n`
  // RFC 9110 8.6: a method that usually has content says that it has none.
  if (method === 'POST' || method === 'PUT' || method === 'PATCH') return `${start}content-length: 0\r\n\r\n`
  return `${start}\r\n`
}

/** All but the length, which is mostly the same as for the request before: then it is checked and put together already. */
function beginning(host: string, { method, path, headers, more }: UpstreamRequest): string {
  const checked = headers instanceof CheckedHeaders ? headers : new CheckedHeaders(headers)
  const before = checked.beginning
  if (
    before !== null &&
    method === 'POST' &&
    before.path === path &&
    before.more === more &&
    before.host === host
  )
    return before.text
  if (!token.test(method)) throw refused('the method is not a token')
  if (!target.test(path))
    throw refused('the path does not start with "/", or has blanks or control characters')
  const credential = more === undefined ? '' : more.lines
  const text = flat(`${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${checked.lines}${credential}`)
  if (method === 'POST') checked.beginning = { host, path, more, text }
  return text
}

/** In one piece: parts that are only joined would be put together for every request that begins with them. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}
