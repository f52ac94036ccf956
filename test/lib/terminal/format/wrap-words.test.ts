import fc from 'fast-check'
import { expect, test } from 'vitest'
import { textWidth } from '../../../../src/lib/terminal/format/text-width.ts'
import { wrapWords } from '../../../../src/lib/terminal/format/wrap-words.ts'

test('when the text is wider, it breaks between words', () => {
  expect(wrapWords('work is out, home takes over', 12)).toEqual(['work is out,', 'home takes', 'over'])
})

test('when one word is wider than the line, it is cut', () => {
  expect(wrapWords('see http://127.0.0.1:3000/v1', 10)).toEqual(['see', 'http://12…'])
})

test('whatever the text, no line is wider than asked, and no word that fits is lost', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-zé漢]{1,8}$/), { minLength: 1 }),
      fc.integer({ min: 16, max: 60 }),
      (words, width) => {
        const lines = wrapWords(words.join(' '), width)
        expect(lines.every((line) => textWidth(line) <= width)).toBe(true)
        expect(lines.join(' ')).toBe(words.join(' '))
      },
    ),
  )
})
