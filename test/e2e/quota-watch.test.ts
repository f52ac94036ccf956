import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import type { QuotaDocument } from '../../src/lib/toolkit/views.ts'
import { openLedger } from '../../src/lib/store/ledger/open-ledger.ts'
import { resolveHome } from '../../src/lib/store/home.ts'
import { binary, buildIfMissing, cleanEnv, parseDocument, runCommand } from '../support/cli.ts'
import { temporaryFolder } from '../support/temp-folder.ts'
import { openTerminal } from '../support/terminal.ts'

async function givenAccount(home: string): Promise<() => Promise<void>> {
  buildIfMissing()
  await runCommand(home, ['auth', 'add', 'trial', '-p', 'sandbox', '-l', '50/day'])
  const { accounts } = parseDocument(await runCommand(home, ['auth', 'list', '--json']))
  return async () => {
    const ledger = await openLedger(resolveHome({ QWENCTL_HOME: home }))
    ledger.settle((await ledger.reserve({ account: accounts[0]!.id }))!, { outcome: 'ok' })
    await ledger.close()
  }
}

test('on a terminal it is drawn again in its place, and Ctrl-C leaves the terminal as it was', async () => {
  const home = temporaryFolder()
  const use = await givenAccount(home)
  const terminal = openTerminal(process.execPath, [binary, 'quota', 'show', '--watch'], {
    env: cleanEnv(home, { TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' }),
    cwd: home,
    columns: 80,
  })
  await terminal.waitFor('0/50')
  await use()
  await terminal.waitFor('1/50')
  const codes = terminal.raw().split('\u001b[')
  expect(codes.some((code) => /^\d+A/.test(code))).toBe(true) // up to where it began
  terminal.type('\u0003')
  expect(await terminal.exit).toBe(130)
  expect(terminal.raw().trimEnd().endsWith('\u001b[?25h')).toBe(true)
})

test('without a terminal every change is one line of JSON, once, and an interrupt ends it with 130', async () => {
  const home = temporaryFolder()
  const use = await givenAccount(home)
  const child = spawn(process.execPath, [binary, 'quota', 'show', '--watch', '--json'], {
    env: cleanEnv(home),
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  const lines = () => text.split('\n').filter(Boolean)
  const waitFor = async (count: number) => {
    while (lines().length < count) await once(child.stdout, 'data')
  }
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part))
  await waitFor(1)
  await use()
  await waitFor(2)
  const used = lines().map((line) => (JSON.parse(line) as QuotaDocument).accounts[0]?.limits[0]?.used)
  expect(used).toEqual([0, 1])
  const ended = once(child, 'exit')
  child.kill('SIGINT')
  expect(await ended).toEqual([130, null])
})
