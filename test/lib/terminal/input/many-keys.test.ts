import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseManyKeys } from '../../../../src/lib/terminal/input/many-keys.ts'

test.each([
  [
    'sk-a1\nsk-b2\n',
    [
      [null, 'sk-a1'],
      [null, 'sk-b2'],
    ],
  ],
  [
    '\ufeff# team\r\nwork=sk-a1\r\n\r\nexport HOME_KEY="sk-b2"\r\n',
    [
      ['work', 'sk-a1'],
      ['HOME_KEY', 'sk-b2'],
    ],
  ],
  ['c2VjcmV0LWtleQ==\n', [[null, 'c2VjcmV0LWtleQ==']]],
  [
    '["sk-a1", {"name": "work", "key": "sk-b2"}]',
    [
      [null, 'sk-a1'],
      ['work', 'sk-b2'],
    ],
  ],
  [
    '{"work": "sk-a1", "home": "sk-b2"}',
    [
      ['work', 'sk-a1'],
      ['home', 'sk-b2'],
    ],
  ],
  ['sk-a1\nsk-a1\n', [[null, 'sk-a1']]],
])('%j', (text, wanted) => {
  expect(parseManyKeys(text).map(({ name, key }) => [name, key])).toEqual(wanted)
})

test.each([
  '',
  '# nothing',
  '[1]',
  '{"a": 7}',
  '[{"name": "a"}]',
  '{not json',
  'two words',
  'a=k1\na=k2',
  '[null]',
])('%j is refused, and no key is repeated', (text) => {
  expect(() => parseManyKeys(text)).toThrow(/standard input|entry|two keys/)
})

test('names and keys survive every form', () => {
  const names = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
  const keys = fc.stringMatching(/^[A-Za-z0-9_-]{8,20}$/)
  const pairs = fc
    .uniqueArray(fc.tuple(names, keys), { minLength: 1, selector: ([name]) => name })
    .filter((list) => new Set(list.map(([, key]) => key)).size === list.length)
  fc.assert(
    fc.property(pairs, (list) => {
      const wanted = list.map(([name, key]) => ({ name, key }))
      expect(parseManyKeys(list.map(([name, key]) => `${name}=${key}`).join('\n'))).toEqual(wanted)
      expect(parseManyKeys(JSON.stringify(Object.fromEntries(list))).length).toBe(list.length)
      expect(parseManyKeys(JSON.stringify(wanted))).toEqual(wanted)
    }),
  )
})
