import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readElements } from '../../../src/lib/translate/json/ordered-json.ts'
import { RawJson } from '../../../src/lib/translate/json/raw-json.ts'

const textsIn = (text: string) => readElements(new RawJson(text))?.map((element) => element.text) ?? null

test('the elements of a list are their own texts, with any blanks around them', () => {
  fc.assert(
    fc.property(fc.array(fc.json()), fc.constantFrom('', ' ', '\n\t', '\r\n'), (elements, blank) => {
      const spaced = elements.map((element) => `${blank}${element.trim()}${blank}`)
      expect(textsIn(`${blank}[${spaced.join(',')}${blank}]${blank}`)).toEqual(
        elements.map((element) => element.trim()),
      )
    }),
  )
})

test.each(['', '{}', '"a"', '1', '[1', '[1,]', '[,1]', '[1 2]', '[1] 2', '[a]', '{"a":[1]}'])(
  '%j is no list',
  (text) => {
    expect(textsIn(text)).toBeNull()
  },
)

test.each([
  ['without escapes', 'x'],
  ['with an escape at every second character', 'x\n'],
])('a text of 24 MB %s is an element as a short one', (_, piece) => {
  const element = JSON.stringify({ image: piece.repeat(24_000_000 / piece.length) })
  const texts = textsIn(`[1,${element}]`)!
  expect(texts.length).toBe(2)
  expect(texts[1] === element).toBe(true)
})
