import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maskPattern } from '../../../src/lib/account/mask-patterns.ts'
import { redact } from '../../../src/lib/account/mask.ts'
import type { SecretPattern } from '../../../src/lib/account/secret-patterns.ts'
import { secretPatterns } from '../../../src/lib/account/secret-patterns.ts'

/** The longest text that a head may match, and a bound of what one place in the text costs. */
const LONGEST_HEAD = 200

/** Counts the characters that a pattern takes up: heads that match, and values. */
function countSteps(text: string, pattern: SecretPattern): number {
  let steps = 0
  const counted = (regex: RegExp): RegExp => {
    const exec = regex.exec.bind(regex)
    return new Proxy(regex, {
      get: (target, key) => {
        if (key !== 'exec') return Reflect.get(target, key, target) as unknown
        return (given: string) => {
          const from = regex.lastIndex
          const found = exec(given)
          steps += (found === null ? given.length : regex.lastIndex) - from + 1
          return found
        }
      },
      set: (target, key, value) => Reflect.set(target, key, value, target),
    })
  }
  maskPattern(text, { ...pattern, head: counted(pattern.head), stop: counted(pattern.stop) })
  return steps
}

describe.each(secretPatterns.map((pattern) => [pattern.head.source, pattern] as const))(
  '%s',
  (_, pattern) => {
    test('has a head of bounded length and a value that one character ends', () => {
      const outsideClasses = pattern.head.source.replace(/\[[^\]]*\]/g, 'x').replace(/\\./g, 'x')
      expect(outsideClasses).not.toMatch(/[*+]|\{\d+,\}/)
      expect(outsideClasses.length).toBeLessThan(LONGEST_HEAD * 2)
      expect(pattern.stop.source).toMatch(/^(\\\\\[\\s\\S\]\|"|\[(\\\]|[^\]])*\])$/)
      expect([pattern.head.global, pattern.stop.global]).toEqual([true, true])
    })

    test('reads each character of any text a bounded number of times', () => {
      const pieces = fc.constantFrom(
        ...[
          '?key',
          '?',
          '&',
          '=',
          'key=',
          'eyJ-',
          'eyJ.',
          '.',
          '://',
          '@',
          'a:',
          '/',
          'sk-',
          'AIza',
          'ya29.',
        ],
        ...[
          'token',
          ' ',
          'bearer ',
          'secret',
          'secret"',
          '"',
          '\\',
          "'",
          'password: ',
          'a_',
          'api_key',
          ':',
          '…',
        ],
      )
      const texts = fc
        .array(pieces, { minLength: 1, maxLength: 6 })
        .map((parts) => parts.join('').repeat(200))
      fc.assert(
        fc.property(texts, (text) => {
          expect(countSteps(text, pattern)).toBeLessThanOrEqual(4 * text.length + 4)
        }),
      )
    })
  },
)

test('masks the key in a megabyte of beginnings of keys', () => {
  const text = '?key'.repeat(50_000) + 'eyJ-'.repeat(50_000) + 'a_'.repeat(200_000) + ' password="hunter22"'
  expect(redact(text, [])).toMatch(/ password="…"$/)
})

test.each([
  ['?model=x?key=abcdef', '?model=x?key=…'],
  ['see https://h.example/v1?a=1&Signature=abc/def+g&b=2', 'see https://h.example/v1?a=1&Signature=…&b=2'],
  ['{"client_secret":"a\\"b","x":1}', '{"client_secret":"…","x":1}'],
  ['{"clientSecret": "abc"}', '{"clientSecret": "…"}'],
  ['{"m":"password=\\"one two, 3\\" is bad"}', '{"m":"password=\\"…\\" is bad"}'],
  ['password=\\\\\\"one two\\\\\\" is bad', 'password=\\\\\\"…\\\\\\" is bad'],
  ['mail https://host.example?to=ann@example.org now', 'mail https://host.example?to=ann@example.org now'],
  ['eyJ is how a token begins. eyJhbGciOi', 'eyJ is how a token begins. eyJhbGciOi'],
  ['key eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.c2ln!', 'key …c2ln!'],
])('of %j shows %j', (text, shown) => {
  expect(redact(text, [])).toBe(shown)
})
