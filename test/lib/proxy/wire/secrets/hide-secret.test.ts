import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  hideInBody,
  hideInHeaders,
  hideInStreamError,
  SecretFilter,
} from '../../../../../src/lib/proxy/wire/secrets/hide-secret.ts'
import { isPlaceholder } from '../../../../../src/lib/proxy/wire/secrets/placeholder.ts'

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

const key = 'sk-proj-4fG7hJ2kL9mN0pQ3rS6tU8vW1xY5zA'

test.each([
  ['its first 12 characters', key.slice(0, 12), '*'.repeat(12)],
  ['all but its end', `${key.slice(0, -4)}****`, `${'*'.repeat(key.length - 4)}****`],
  ['its first 8 characters and its last 4', `${key.slice(0, 8)}...${key.slice(-4)}`, null],
])(
  'of a credential that is cut short to %s, a known part is hidden and a short one stays',
  (_, cut, shown) => {
    const body = Buffer.from(`{"error":"Incorrect API key provided: ${cut}, see"}`)
    const expected = `{"error":"Incorrect API key provided: ${shown ?? cut}, see"}`
    expect(hideInBody(body, key).toString()).toBe(expected)
    expect(hideInStreamError({ body: undefined, text: body.toString(), status: 401 }, key).text).toBe(
      expected,
    )
  },
)

test('a credential in base64 is hidden, alone and after a name, in both alphabets', () => {
  const secrets = fc.stringMatching(/^[!-~]{24,60}$/)
  const law = (credential: string, before: string, alphabet: 'base64' | 'base64url') => {
    fc.pre(!isPlaceholder(credential))
    const encoded = Buffer.from(`${before}${credential}`).toString(alphabet)
    const hidden = hideInBody(Buffer.from(`no ${encoded}, again`), credential).toString()
    const [, shown = ''] = /^no (.*), again$/.exec(hidden) ?? []
    expect(shown).toHaveLength(encoded.length)
    // The characters at both ends hold bits of other bytes.
    const [from, to] = [before.length, before.length + credential.length].map((bytes) => (bytes * 8) / 6)
    expect(shown.slice(Math.ceil(from!), Math.floor(to!))).toMatch(/^\*+$/)
  }
  const name = fc.stringMatching(/^(?:[a-z]{0,5}:)?$/)
  const alphabets = fc.constantFrom('base64' as const, 'base64url' as const)
  fc.assert(fc.property(secrets, name, alphabets, law))
})

test('in pieces, a credential that is cut short is hidden wherever the pieces end', () => {
  const parts = fc.oneof(fc.integer({ min: 12, max: key.length }), fc.string({ maxLength: 60 }))
  const law = (texts: (number | string)[], sizes: number[]) => {
    const written = texts.map((text) => (typeof text === 'number' ? `${key.slice(0, text)}…` : text))
    const body = Buffer.from(written.join(' '))
    const hidden = filterInPieces(body, sizes, key).toString()
    expect(hidden).toBe(hideInBody(body, key).toString())
    expect(hidden).not.toContain(key.slice(0, 12))
  }
  fc.assert(fc.property(fc.array(parts, { maxLength: 40 }), fc.array(fc.nat({ max: 400 })), law))
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

describe.each(writings)('in a body that arrives in pieces, a credential %s', (_, write) => {
  test('is hidden wherever the pieces end, and all else passes unchanged', () => {
    const texts = fc.array(fc.oneof(fc.constant(write(secret)), fc.string({ maxLength: 90 })), {
      maxLength: 40,
    })
    fc.assert(
      fc.property(texts, fc.array(fc.nat({ max: 400 })), (parts, sizes) => {
        const body = Buffer.from(parts.join(' '))
        expect(filterInPieces(body, sizes).toString()).toBe(hideInBody(body, secret).toString())
      }),
    )
  })
})

function filterInPieces(body: Buffer, sizes: readonly number[], credential = secret): Buffer {
  const filter = new SecretFilter(credential)
  const out: Buffer[] = []
  let at = 0
  for (const size of sizes) out.push(filter.push(body.subarray(at, (at += size))))
  out.push(filter.push(body.subarray(at)), filter.end())
  return Buffer.concat(out)
}

test('a body in pieces is kept back by no more than twice the longest spelling, and searched in linear time', () => {
  const filter = new SecretFilter(secret)
  const piece = Buffer.from(String.raw`\u0061b\/`.repeat(10))
  const start = process.cpuUsage().user
  let ahead = 0
  for (let count = 0; count < 40_000; count += 1) {
    ahead += piece.length - filter.push(piece).length
    expect(ahead).toBeLessThan(40 * secret.length + piece.length)
  }
  expect(process.cpuUsage().user - start).toBeLessThan(10_000_000)
})

test('of a body that breaks off, no beginning of the credential leaves', () => {
  const filter = new SecretFilter(secret)
  const body = Buffer.from(`${'x'.repeat(5000)}${secret.slice(0, -1)}`)
  expect(filter.push(body).toString()).toMatch(/^x+$/)
})
