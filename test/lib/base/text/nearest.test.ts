import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance } from '../../../../src/lib/base/text/edit-distance.ts'
import { nearest } from '../../../../src/lib/base/text/nearest.ts'

const services = ['qwen', 'openai', 'openrouter', 'groq', 'xai', 'zai', 'anthropic', 'gemini']

test.each([
  ['qwne', 'qwen'],
  ['QWEN', 'qwen'],
  ['Open-Router', 'openrouter'],
  ['openrooter', 'openrouter'],
  ['groc', 'groq'],
  ['x', null],
  ['', null],
  ['bedrock', null],
])('of the names of services, the one nearest to "%s" is %s', (typed, name) => {
  expect(nearest(typed, services)).toBe(name)
})

test('a single letter is near to no other, and a text of megabytes to none', () => {
  expect(nearest('b', ['a'])).toBeNull()
  expect(nearest('', ['a'])).toBeNull()
  expect(nearest('A', ['a'])).toBe('a')
  expect(nearest('a'.repeat(5_000_000), services)).toBeNull()
})

test('of any names, none is nearer than the one found, and none is found only if none is near', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'D'), maxLength: 9 })
  fc.assert(
    fc.property(word, fc.array(word, { maxLength: 6 }), (typed, names) => {
      const distance = (name: string) => editDistance(typed.toLowerCase(), name.toLowerCase())
      const isNear = (name: string) => {
        const letters = Math.max(typed.length, name.length)
        return distance(name) < letters && distance(name) <= Math.max(1, letters / 3)
      }
      const found = nearest(typed, names)
      const least = Math.min(...names.filter(isNear).map(distance))
      expect(found === null ? Infinity : distance(found)).toBe(least)
    }),
  )
})
