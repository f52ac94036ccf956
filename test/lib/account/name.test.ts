import { expect, test } from 'vitest'
import { checkName, nameProblem } from '../../../src/lib/account/name.ts'

test.each([
  'work',
  'a',
  'team-2',
  'alice@example.com',
  'x_y+z',
  '0',
  'Consul',
  'com',
  'com10',
  'lpt1x',
  'a.b',
  'my-acc_1',
  'a'.repeat(64),
])('for the sound name %s, returns it as it is', (name) => {
  expect(checkName('account', name)).toBe(name)
})

test.each([
  ['', 'is empty'],
  ['a'.repeat(65), 'longer than 64'],
  ['acc_work', 'only ids'],
  ['ACC_work', 'only ids'],
  ['con', 'device'],
  ['Aux.txt', 'device'],
  ['com1', 'device'],
  ['LPT9.log', 'device'],
  ['.hidden', 'the letters a to z, digits'],
  ['..', 'the letters a to z, digits'],
  ['trailing.', 'the letters a to z, digits'],
  ['a/b', 'the letters a to z, digits'],
  ['a:b', 'the letters a to z, digits'],
  ['a b', 'the letters a to z, digits'],
  ['a,b', 'the letters a to z, digits'],
  ['工作', 'the letters a to z, digits'],
  ['line\n', 'the letters a to z, digits'],
])('for the name %j, says that it %s', (name, problem) => {
  expect(nameProblem(name)).toContain(problem)
  expect(() => checkName('group', name)).toThrow(expect.objectContaining({ code: 'invalid_value' }))
})

test('when a key is given in the place of a name, the error does not repeat it', () => {
  const key = `sk-${'0123456789abcdef'.repeat(5)}`
  expect(() => checkName('account', key)).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining('0123456789abcdef0') }),
  )
  expect(() => checkName('account', key)).toThrow('the account name "sk-…')
})

test('the hint of an account offers a label for any other text', () => {
  expect(() => checkName('account', 'a b')).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('--label') }),
  )
  expect(() => checkName('group', 'a b')).toThrow(
    expect.objectContaining({ hint: expect.not.stringContaining('--label') }),
  )
})

test('an error about a long name shows its first 64 characters', () => {
  expect(() => checkName('group', 'a'.repeat(70))).toThrow(`"${'a'.repeat(64)}" is longer`)
})
