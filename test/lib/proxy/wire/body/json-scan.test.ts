import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Lookout, MALFORMED, TOO_DEEP, skipValue } from '../../../../../src/lib/proxy/wire/body/json-scan.ts'
import { anyBody, anyNoise, noisyJson } from './noisy-json.ts'

const string = /"(?:[^"\\]|\\[^])*"/y
const space = /[ \n\r\t]*/y
const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?!\d)(?:\.\d+(?!\d)|(?!\.))(?:[eE][+-]?\d+(?!\d)|(?![eE]))/y

/** The same by the book: where the value at `at` ends. */
function findEnd(text: string, at: number, depth = 0): number {
  const past = (pattern: RegExp, from: number) => {
    pattern.lastIndex = from
    return from >= 0 && pattern.test(text) ? pattern.lastIndex : MALFORMED
  }
  const close = { '{': '}', '[': ']' }[text[at] ?? '']
  if (close === undefined) return past(text[at] === '"' ? string : scalar, at)
  if (depth === 512) return TOO_DEEP
  let next = past(space, at + 1)
  if (text[next] === close) return next + 1
  for (;;) {
    if (close === '}') {
      next = past(space, past(string, next))
      if (text[next] !== ':') return MALFORMED
      next = past(space, next + 1)
    }
    next = findEnd(text, next, depth + 1)
    if (next < 0) return next
    next = past(space, next)
    if (text[next] === close) return next + 1
    if (text[next] !== ',') return MALFORMED
    next = past(space, next + 1)
  }
}

const damage = fc.array(
  fc.record({ at: fc.nat(), byte: fc.constantFrom(...Buffer.from('{}[]",:\\ -0e.tn1')) }),
  { maxLength: 3 },
)

test('for any JSON, damaged or not, a value ends where it ends by the book', () => {
  fc.assert(
    fc.property(anyBody, anyNoise, damage, (value, choose, changes) => {
      const body = Buffer.from(noisyJson(value, choose).trimStart())
      for (const { at, byte } of changes) body[at % body.length] = byte
      expect(skipValue(body, 0)).toBe(findEnd(body.toString('latin1'), 0))
    }),
    { numRuns: 2000 },
  )
})

test('for any few tokens, a value ends where it ends by the book', () => {
  const token = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '1',
    '-',
    '.5',
    'e3',
    ' ',
    'true',
    '\\',
  )
  fc.assert(
    fc.property(fc.array(token, { maxLength: 12 }), (tokens) => {
      const text = tokens.join('')
      expect(skipValue(Buffer.from(text), 0)).toBe(findEnd(text, 0))
    }),
    { numRuns: 5000 },
  )
})

test('for any JSON, a lookout sees a word where a search finds it in quotes', () => {
  const text = fc.oneof(
    fc.constantFrom(
      'word',
      'my "word',
      'word"',
      '"word"',
      `${'x'.repeat(60)}"word`,
      'wörd',
      'words',
      'swor"d',
    ),
    fc.string({ maxLength: 6 }),
  )
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      text,
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(text, tie('any'), { maxKeys: 3 }),
    ),
  }))
  fc.assert(
    fc.property(value.any, fc.nat(1), (any, indent) => {
      const body = Buffer.from(JSON.stringify(any, null, indent))
      const lookout = new Lookout(Buffer.from('"word"'))
      skipValue(body, 0, 0, lookout)
      expect(lookout.wasSeen).toBe(body.includes('"word"'))
    }),
    { numRuns: 1000 },
  )
})
