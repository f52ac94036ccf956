import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readAliases } from '../../../../src/lib/rotation/models/aliases.ts'

const read = (section: unknown) => Object.fromEntries(readAliases(section, 'aliases'))

test('an alias is one model or several, and may be made of others', () => {
  expect(read({ fast: 'openai/gpt-5-mini', coder: ['qwen/c', 'fast', 'openai/gpt-5-mini'] })).toEqual({
    fast: ['openai/gpt-5-mini'],
    coder: ['qwen/c', 'openai/gpt-5-mini'],
  })
  expect(read(undefined)).toEqual({})
})

test.each([
  ['text', /aliases is not a mapping/],
  [{ coder: [] }, /aliases\.coder is not a model/],
  [{ coder: [3] }, /aliases\.coder is not a model/],
  [{ coder: { a: 1 } }, /aliases\.coder is not a model/],
  [{ a: 'b', b: ['x', 'a'] }, /a -> b -> a/],
  [{ a: 'a' }, /a -> a/],
  [{ a: Array.from({ length: 17 }, (_, index) => `m${index}`) }, /17 models/],
])('refuses %j', (section, words) => {
  expect(() => read(section)).toThrow(words)
})

test('whatever refers to whatever, it ends: in models that are no aliases, or in a refusal', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'x', 'y')
  fc.assert(
    fc.property(fc.dictionary(name, fc.array(name, { minLength: 1, maxLength: 3 })), (section) => {
      let aliases: Record<string, readonly string[]>
      try {
        aliases = read(section)
      } catch {
        return
      }
      for (const models of Object.values(aliases)) {
        for (const model of models) expect(Object.hasOwn(section, model)).toBe(false)
      }
    }),
  )
})
