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
  const { method, path, headers, more, body } = request
  if (!token.test(method)) throw refused('the method is not a token')
  if (!target.test(path))
    throw refused('the path does not start with "/", or has blanks or control characters')
  const { lines } = headers instanceof CheckedHeaders ? headers : new CheckedHeaders(headers)
  const start = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${lines}${more === undefined ? '' : more.lines}`
  if (body !== null) return `${start}content-length: ${body.length}\r\n\r\n`
  // RFC 9110 8.6: a method that usually has content says that it has none.
  if (method === 'POST' || method === 'PUT' || method === 'PATCH') return `${start}content-length: 0\r\n\r\n`
  return `${start}\r\n`
}
