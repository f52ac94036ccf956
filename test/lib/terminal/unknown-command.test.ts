import { expect, test } from 'vitest'
import { unknownCommand } from '../../../src/lib/terminal/unknown-command.ts'

const known = ['auth:add', 'auth:list', 'accounts:set', 'quota:show', 'plugins', 'plugins:install']

test.each([
  ['auth:lst', 'there is no command auth lst', 'did you mean qwenctl auth list?'],
  ['qouta:show', 'there is no command qouta show', 'did you mean qwenctl quota show?'],
  ['auth:lst:work', 'there is no command auth lst work', 'did you mean qwenctl auth list?'],
  ['accounts:list', 'there is no command accounts list', 'qwenctl accounts --help lists its commands'],
  ['acounts:list', 'there is no command acounts list', 'qwenctl accounts --help lists its commands'],
  ['quto:show', 'there is no command quto show', 'did you mean qwenctl quota show?'],
  ['login', 'there is no command login', 'did you mean qwenctl auth add?'],
  ['ls', 'there is no command ls', 'did you mean qwenctl auth list?'],
  ['usage', 'there is no command usage', 'did you mean qwenctl quota show?'],
  ['plugin', 'there is no command plugin', 'did you mean qwenctl plugins?'],
  ['frobnicate', 'there is no command frobnicate', 'qwenctl --help lists the commands'],
  ['constructor', 'there is no command constructor', 'qwenctl --help lists the commands'],
  ['__proto__:toString', 'there is no command __proto__ toString', 'qwenctl --help lists the commands'],
  ['auth:list:work', 'auth list takes no argument work', 'qwenctl auth list --help shows what it takes'],
])('for %s, says %s', (id, message, hint) => {
  expect(unknownCommand(id.split(':'), known)).toMatchObject({ code: 'invalid_usage', message, hint })
})

test('when a key is typed where a command belongs, it is not repeated', () => {
  expect(unknownCommand(['sk-proj-abcdefghijklmnopqrstuvwxyz'], known).message).toBe(
    'there is no command sk-…',
  )
})

test('when flags come before the command, it says so', () => {
  expect(unknownCommand([], known)).toMatchObject({
    message: 'the command is missing: flags come after it',
    hint: expect.stringContaining('qwenctl --help'),
  })
})
