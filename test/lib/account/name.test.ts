import { expect, test } from 'vitest'
import { checkName, nameProblem } from '../../../src/lib/account/name.ts'

test.each(['work', 'a', 'team-2', 'alice@example.com', 'x_y+z', '0', 'Consul', 'a'.repeat(64)])(
  'for the sound name %s, returns it as it is',
  (name) => {
    expect(checkName('account', name)).toBe(name)
  },
)

test.each([
  ['', 'is empty'],
  ['a'.repeat(65), 'longer than 64'],
  ['acc_work', 'only ids'],
  ['ACC_work', 'only ids'],
  ['con', 'device'],
  ['Aux.txt', 'device'],
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
