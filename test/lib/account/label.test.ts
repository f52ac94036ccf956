import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkLabel, labelProblem, nameFromLabel } from '../../../src/lib/account/label.ts'
import { nameProblem } from '../../../src/lib/account/name.ts'

test.each([
  ['Pro Account 1', 'pro-account-1'],
  ['work', 'work'],
  ['Team.A', 'Team.A'],
  ['  Café — Berlin  ', 'cafe-berlin'],
  ['a/b:c,d', 'a-b-c-d'],
  ['con', null],
  ['acc_x y', null],
  ['工作', null],
  ['🚀 launch', 'launch'],
])('the label %j becomes the name %j', (label, name) => {
  expect(nameFromLabel(label)).toBe(name)
})

test('whatever the label, the name from it is valid, and the same each time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 90 }), (label) => {
      const name = nameFromLabel(label)
      if (name === null) return
      expect(nameProblem(name)).toBeNull()
      expect(nameFromLabel(name)).toBe(name)
    }),
  )
})

test('a label has 1 to 80 characters, none of which hides or turns others', () => {
  expect(checkLabel(' Pro Account 1 ')).toBe('Pro Account 1')
  expect(labelProblem('工'.repeat(80))).toBeNull()
  expect(labelProblem('工'.repeat(81))).toBe('is longer than 80 characters')
  for (const mark of ['\n', '\u001b', '\u009b', '\u202e', '\u2066', '\ud800'])
    expect(() => checkLabel(`a${mark}b`)).toThrow('control characters')
  expect(() => checkLabel('')).toThrow('is empty')
})

test('an error about a label shows its beginning, and no secret in it', () => {
  const key = `sk-${'0123456789abcdef'.repeat(2)}`
  expect(() => checkLabel(`${key}\u0007`)).toThrow('the label "sk-…cdef')
  expect(() => checkLabel('🚀'.repeat(90))).toThrow(`the label "${'🚀'.repeat(80)}" is longer than 80`)
})

test('a long label becomes a name of at most 64 characters that ends with a letter or digit', () => {
  expect(nameFromLabel(`${'a '.repeat(40)}`)).toBe(Array.from({ length: 32 }, () => 'a').join('-'))
  expect(['-- Work --', '.. Work ..', '@+ Work +@'].map(nameFromLabel)).toEqual(['work', 'work', 'work'])
})
