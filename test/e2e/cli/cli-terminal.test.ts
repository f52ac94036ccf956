import { beforeAll, expect, test } from 'vitest'
import { binary, buildIfMissing, cleanEnv, parseDocument, runBinary } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'
import { startKeyChecker } from '../../support/keychain/key-checker.ts'
import { openTerminal } from '../../support/terminal.ts'
import type { Terminal } from '../../support/terminal.ts'

beforeAll(buildIfMissing)

const KEY = 'sk-typed-0123456789abcdef'

function qwenctl(home: string, ...argv: string[]): Terminal {
  const env = cleanEnv(home, { TERM: 'xterm-256color', LANG: 'C.UTF-8' })
  return openTerminal(process.execPath, [binary, ...argv], { env, cwd: home })
}

test('on a terminal, auth add asks for everything and never shows the key', async () => {
  const home = temporaryFolder()
  const url = await startKeyChecker(KEY)
  const terminal = qwenctl(home, 'auth', 'add')
  await terminal.waitFor('Provider')
  terminal.type('custom')
  await terminal.waitFor('❯ custom')
  terminal.type('\r')
  await terminal.waitFor('Name')
  terminal.type('typed\r')
  await terminal.waitFor('Base URL')
  terminal.type(`${url}\r`)
  await terminal.waitFor('API key')
  terminal.type(KEY)
  await terminal.waitFor('*'.repeat(KEY.length))
  terminal.type('\r')
  await terminal.waitFor('Added custom/typed')
  expect(await terminal.exit).toBe(0)
  expect(terminal.raw()).not.toContain(KEY)

  const { accounts } = parseDocument(await runBinary(home, ['auth', 'list', '--json']))
  expect(accounts).toMatchObject([{ provider: 'custom', name: 'typed', baseUrl: url, status: 'ready' }])
})

test('on a terminal, Ctrl-C at a question exits with 130 and stores nothing', async () => {
  const home = temporaryFolder()
  const terminal = qwenctl(home, 'auth', 'add', 'openai/work')
  await terminal.waitFor('API key')
  terminal.type('\u0003')
  expect(await terminal.exit).toBe(130)
  expect(terminal.shown()).not.toContain('    at ')
  expect(parseDocument(await runBinary(home, ['auth', 'list', '--json']))).toEqual({ accounts: [] })
})

test('on a terminal, removing asks first: no keeps the account, yes removes it', async () => {
  const home = temporaryFolder()
  await runBinary(home, ['auth', 'add', 'play', '-p', 'sandbox'])
  const kept = qwenctl(home, 'auth', 'remove', 'play')
  await kept.waitFor('Remove sandbox/play?')
  kept.type('n\r')
  expect(await kept.exit).toBe(130)
  const removed = qwenctl(home, 'auth', 'remove', 'play')
  await removed.waitFor('Remove sandbox/play?')
  removed.type('y\r')
  expect(await removed.exit).toBe(0)
  expect(parseDocument(await runBinary(home, ['auth', 'list', '--json']))).toEqual({ accounts: [] })
})

test('on a terminal, quota show draws a gauge in colour', async () => {
  const home = temporaryFolder()
  await runBinary(home, ['auth', 'add', 'play', '-p', 'sandbox'])
  const terminal = qwenctl(home, 'quota', 'show')
  expect(await terminal.exit).toBe(0)
  expect(terminal.shown()).toContain('░░░░░░░░░░ 0/50')
  expect(terminal.shown()).toContain('────')
  expect(terminal.raw()).toContain('\u001b[32mready')
})
