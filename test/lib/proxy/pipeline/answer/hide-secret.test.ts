import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  hideInBody,
  hideInHeaders,
  hideInStreamError,
} from '../../../../../src/lib/proxy/pipeline/answer/hide-secret.ts'

const secret = 'ab/cd+ef.gh"é-ij'

/** The ways in which services write a text into JSON or a URL. */
const writings: [string, (text: string) => string][] = [
  ['as it is', (text) => text],
  ['in JSON', inJson],
  ['in JSON of PHP', (text) => inJson(text).replaceAll('/', String.raw`\/`)],
  ['in JSON with each character escaped', (text) => escapeEach(text, 'toLowerCase')],
  ['in JSON with upper case digits', (text) => escapeEach(text, 'toUpperCase')],
  ['in JSON inside of JSON', (text) => inJson(inJson(text).replaceAll('/', String.raw`\/`))],
  ['in a URL', encodeURIComponent],
]

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function escapeEach(text: string, inCase: 'toLowerCase' | 'toUpperCase'): string {
  const codes = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index).toString(16))
  return codes.map((code) => String.raw`\u` + code.padStart(4, '0')[inCase]()).join('')
}

describe.each(writings)('a credential %s', (_, write) => {
  const written = write(secret)

  test('is hidden in a body of the same length, where nothing else changes', () => {
    const body = Buffer.from(`{"message":"ü no \\n ${written}, and ${written} %"}`)
    const asterisks = '*'.repeat(Buffer.byteLength(written))
    const hidden = hideInBody(body, secret)
    expect(hidden.toString()).toBe(`{"message":"ü no \\n ${asterisks}, and ${asterisks} %"}`)
  })

  test('is hidden in headers and in errors of streams', () => {
    const asterisks = '*'.repeat(written.length)
    expect(hideInHeaders(['x-error', `no ${written}`], secret)).toEqual(['x-error', `no ${asterisks}`])
    const shown = hideInStreamError({ body: { a: secret, b: [written] }, text: written, status: 401 }, secret)
    expect(shown.text).toBe(asterisks)
    expect(shown.body).toMatchObject({ a: expect.stringMatching(/^\*+$/) as string })
    expect(JSON.stringify(shown)).not.toContain(inJson(secret))
    expect(JSON.stringify(shown)).not.toContain(inJson(written))
  })
})

test('a text without the credential stays as it is', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const body = Buffer.from(text)
      expect(hideInBody(body, 'sk-0123456789')).toBe(body)
      expect(hideInHeaders([text], 'sk-0123456789')).toEqual([text])
      const error = { body: JSON.parse(text) as unknown, text, status: null }
      expect(hideInStreamError(error, 'sk-0123456789')).toEqual(error)
    }),
  )
})

test('a short credential may be a word of the error, and stays', () => {
  const body = Buffer.from('{"message":"no ollama"}')
  expect(hideInBody(body, 'ollama')).toBe(body)
})

test('a body of backslashes is searched in linear time', () => {
  const body = Buffer.from('\\'.repeat(1 << 20))
  const start = process.cpuUsage().user
  hideInBody(body, '/"/"/"/"/"/"')
  expect(process.cpuUsage().user - start).toBeLessThan(5_000_000)
})
