import { expect, test } from 'vitest'
import { QwenctlError } from '../../../src/lib/base/errors.ts'
import { paletteFor } from '../../../src/lib/terminal/format/color.ts'
import {
  errorDocument,
  errorText,
  isDebugging,
  buildReport,
  wantsJson,
} from '../../../src/lib/terminal/error-report.ts'

const nowhere = { command: null, flags: [] }

test('when an error of qwenctl is thrown, the document has exactly code, message, hint and exit', () => {
  const report = buildReport(new QwenctlError('account_not_found', 'no account "work"'), nowhere)
  if (report === null) throw new Error('nothing is reported')
  expect(JSON.parse(errorDocument(report))).toEqual({
    error: {
      code: 'account_not_found',
      message: 'no account "work"',
      hint: 'qwenctl auth list shows the accounts',
      exit: 3,
    },
  })
  expect(errorText(report, paletteFor({}, {}))).toBe(
    'error: no account "work"\n  hint: qwenctl auth list shows the accounts\n',
  )
})

test('when something unknown is thrown, it is called internal and exits with 1', () => {
  expect(buildReport(new TypeError('x is not a function'), nowhere)).toMatchObject({
    code: 'internal',
    exit: 1,
  })
  expect(buildReport('a string', nowhere)).toMatchObject({ code: 'internal', message: 'a string' })
})

test('when a prompt is interrupted, exits as shells expect', () => {
  const interrupt = Object.assign(new Error('User force closed the prompt'), { name: 'ExitPromptError' })
  expect(buildReport(interrupt, nowhere)).toMatchObject({ code: 'cancelled', exit: 130 })
})

test.each([
  [['auth', 'list', '--json'], {}, true],
  [['exec', '--', 'x', '--json'], {}, false],
  [['auth', 'list'], { QWENCTL_CONTENT_TYPE: 'JSON' }, true],
  [['auth', 'list'], {}, false],
])('for %j with %j, JSON is wanted: %s', (argv, env, wanted) => {
  expect(wantsJson(argv, env)).toBe(wanted)
})

test.each([
  ['qwenctl', true],
  ['express,qwenctl:*', true],
  ['qwenctl*', true],
  ['*', true],
  ['express', false],
  ['', false],
])('with DEBUG=%s, stacks are shown: %s', (DEBUG, shown) => {
  expect(isDebugging({ DEBUG })).toBe(shown)
})

test('when oclif wraps an error of the parser of a flag, the error alone is shown', () => {
  const error = new QwenctlError('invalid_value', 'x', { hint: 'the default is "0%"' })
  error.message = 'Parsing --reserve \n\t--reserve is "200%", which is no share\nSee more help with --help'
  expect(buildReport(error, { command: 'proxy start', flags: [] })).toMatchObject({
    message: '--reserve is "200%", which is no share',
    hint: 'the default is "0%"',
  })
})

test('when help finds no command, the words are those of an unknown command', () => {
  const error = Object.assign(new Error('Command nonsense not found.'), { oclif: { exit: 2 } })
  expect(buildReport(error, { command: 'help', flags: [] })).toEqual({
    code: 'invalid_usage',
    message: 'there is no command nonsense',
    hint: 'qwenctl --help lists the commands',
    exit: 2,
  })
})

test("when oclif finds a flag's value wrong, the message says which flag and what it takes", () => {
  const error = Object.assign(
    new Error('Parsing --port \n\tExpected an integer but received: abc\nSee more help with --help'),
    { oclif: { exit: 2 } },
  )
  expect(buildReport(error, { command: 'proxy start', flags: ['port'] })).toEqual({
    code: 'invalid_usage',
    message: '--port: expected an integer but received: abc',
    hint: 'qwenctl proxy start --help shows what it takes',
    exit: 2,
  })
})
