import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  escapeInJson,
  printable,
  printableColours,
  printableLines,
} from '../../../../src/lib/base/text/printable.ts'

const unsafe = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u
const awkward = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0x20 }).map((code) => String.fromCharCode(code)),
    fc.integer({ min: 0x7f, max: 0x9f }).map((code) => String.fromCharCode(code)),
    fc.constantFrom(...'\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
  ),
})

describe('printable', () => {
  test('leaves no control character and no direction mark of any text, and is one line', () => {
    fc.assert(
      fc.property(awkward, (text) => {
        expect(printable(text)).not.toMatch(unsafe)
      }),
    )
  })

  test('leaves other text as it is', () => {
    const plain = fc.string({ unit: 'grapheme' }).filter((text) => !unsafe.test(text))
    fc.assert(
      fc.property(plain, (text) => {
        expect(printable(text)).toBe(text)
      }),
    )
  })

  test('shows what was in an escape sequence, and a space for a line break', () => {
    expect(printable('a\u001b[2Jb\r\nc\u009b31md\u202ee')).toBe('a\ufffd[2Jb c\ufffd31md\ufffde')
  })
})

test('over several lines, line breaks and tabs stay', () => {
  expect(printableLines('a\tb\nc\r\nd\re\u001b[0m')).toBe('a\tb\nc\r\nd\ufffde\ufffd[0m')
})

test('with colours, colour codes stay and no other sequence', () => {
  expect(printableColours('\u001b[31mred\u001b[0m \u001b[2J\u001b]0;x\u0007\u009b31m\n')).toBe(
    '\u001b[31mred\u001b[0m \ufffd[2J\ufffd]0;x\ufffd\ufffd31m\n',
  )
})

test('JSON keeps its value and is printable, whatever it holds', () => {
  fc.assert(
    fc.property(fc.jsonValue(), awkward, (value, text) => {
      const json = escapeInJson(JSON.stringify([value, text], null, 2))
      expect(json.replaceAll('\n', '')).not.toMatch(unsafe)
      expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify([value, text])))
    }),
  )
})
