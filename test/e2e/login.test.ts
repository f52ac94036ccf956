import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { binary, buildIfMissing, cleanEnv } from '../support/cli.ts'
import { temporaryFolder } from '../support/temp-folder.ts'
import { ACCESS_TOKEN, givenLoginServer, PENDING, TOKENS } from '../support/servers/login-server.ts'
import type { LoginServer } from '../support/servers/login-server.ts'
import { openTerminal } from '../support/terminal.ts'
import type { Terminal } from '../support/terminal.ts'

beforeAll(buildIfMissing)

const SOON = { interval: 0.05 }
const ADDRESS = 'https://login.example/device?user_code=WDJB-MJHT'

function addHome(home: string, login: LoginServer, size: { columns?: number; rows?: number } = {}): Terminal {
  const env = cleanEnv(home, { TERM: 'xterm-256color', LANG: 'C.UTF-8' })
  const endpoints = ['--device-endpoint', login.deviceEndpoint, '--token-endpoint', login.tokenEndpoint]
  const argv = ['auth', 'add', 'home', '-p', 'qwen-oauth', '--no-browser', ...endpoints]
  return openTerminal(process.execPath, [binary, ...argv], { env, cwd: home, ...size })
}

test('on a terminal, a login shows a QR code, the code and the time left, and stores what it got', async () => {
  const home = temporaryFolder()
  const login = (await givenLoginServer()).begins(SOON, PENDING)
  const terminal = addHome(home, login)
  await terminal.waitFor('Waiting for your confirmation: 15 min left. Ctrl-C stops.')
  expect(terminal.shown()).toContain(`Open    ${ADDRESS}`)
  expect(terminal.shown()).toContain('Code    WDJB-MJHT')
  const rows = terminal
    .shown()
    .split('\n')
    .filter((line) => /^█[█▀▄ ]{20,}█/.test(line))
  expect(rows.length).toBeGreaterThan(10)
  login.says('/token', [200, TOKENS])
  await terminal.waitFor('Added qwen-oauth/home')
  expect(await terminal.exit).toBe(0)
  expect(terminal.raw()).not.toContain(ACCESS_TOKEN)
})

test('where the QR code does not fit, the reason is in its place', async () => {
  const login = (await givenLoginServer()).begins(SOON, PENDING)
  const low = addHome(temporaryFolder(), login, { rows: 16 })
  await low.waitFor('(no QR code: the terminal has 8 lines left for it, it needs')
  const narrow = addHome(temporaryFolder(), login, { columns: 30 })
  await narrow.waitFor('(no QR code: the terminal has 30 columns')
})

test('Ctrl-C stops a login with 130 and stores nothing', async () => {
  const home = temporaryFolder()
  const login = (await givenLoginServer()).begins(SOON, PENDING)
  const terminal = addHome(home, login)
  await terminal.waitFor('Ctrl-C stops.')
  terminal.type('\u0003')
  expect(await terminal.exit).toBe(130)
  expect(terminal.shown()).toContain('the login was stopped; nothing was stored')
  expect(terminal.shown()).not.toContain('    at ')
  expect(terminal.raw()).toContain('\u001b[?25h') // the cursor is back
  expect(existsSync(join(home, 'accounts.json'))).toBe(false)
})
