import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allowsModel } from '../../../src/lib/account/client-key.ts'

test.each([
  [[], null, true],
  [['*'], null, false],
  [['gpt-5'], 'gpt-5', true],
  [['gpt-5'], 'gpt-5-mini', false],
  [['qwen*'], 'qwen3-coder', true],
  [['*coder'], 'qwen3-coder', true],
  [['*mini*'], 'gpt-5-mini-2026', true],
  [['q*3*coder'], 'qwen3-coder', true],
  [['q*3*coder'], 'qwen-coder', false],
  [['a*b*b*c'], 'abc', false],
  [['ab*ba'], 'aba', false],
  [['x', 'qwen*'], 'qwen3', true],
])('a key for the models %j, asked for %j: %s', (models, model, isAllowed) => {
  expect(allowsModel({ models }, model)).toBe(isAllowed)
})

test('a pattern allows what the same pattern with ".*" for "*" matches, and nothing else', () => {
  const letters = (unit: string) => fc.string({ unit: fc.constantFrom(...unit), maxLength: 8 })
  fc.assert(
    fc.property(letters('ab*'), letters('ab'), (pattern, model) => {
      const isMatch = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(model)
      expect(allowsModel({ models: [pattern] }, model)).toBe(isMatch)
    }),
    { numRuns: 1000 },
  )
})
