import { appendFileSync, existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { currentLog } from '../../../src/lib/observe/logs/log-names.ts'
import { binary, buildIfMissing, cleanEnv } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'
import { openTerminal } from '../../support/terminal.ts'
import { chatAt, givenHome, startQwenctl, startedProxy } from './proxy-process.ts'

function row(model: string): string {
  const fields = {
    requestId: 'req-1',
    user: 'local',
    provider: 'qwen',
    account: 'work',
    model,
    outcome: 'ok',
  }
  const time = '2026-11-22T10:00:00.000Z'
  return `${JSON.stringify({ level: 'info', time, kind: 'request', status: 200, latencyMs: 5, attempts: 1, inputTokens: null, outputTokens: null, ...fields })}\n`
}

function givenFolder(): { home: string; folder: string } {
  buildIfMissing()
  const home = temporaryFolder()
  const folder = join(home, 'logs')
  mkdirSync(folder)
  return { home, folder }
}

test('--follow shows what is there, then what comes, across files, until Ctrl-C', async () => {
  const { home, folder } = givenFolder()
  appendFileSync(currentLog(folder), row('before'))
  const logs = startQwenctl(home, ['proxy', 'logs', '-f', '--json'])
  await logs.says('before')
  appendFileSync(currentLog(folder), row('during'))
  await logs.says('during')
  renameSync(currentLog(folder), join(folder, 'proxy-20261122T100000000Z-1-1.ndjson'))
  appendFileSync(currentLog(folder), row('after'))
  await logs.says('after')
  logs.signal('SIGINT')
  expect((await logs.exit).code).toBe(130)
  expect(logs.stdout).toBe(['before', 'during', 'after'].map(row).join(''))
  expect(logs.stderr).toBe('')
})

test('what a proxy did is there for proxy logs as soon as it is done', async () => {
  const home = await givenHome([{ name: 'trial', provider: 'sandbox' }])
  const proxy = await startedProxy(home)
  await chatAt(proxy.url, { model: 'sandbox-small' })
  const logs = startQwenctl(home, ['proxy', 'logs', '-f'])
  await logs.says('sandbox/trial  answered (200)  sandbox-small')
  expect(logs.stdout).toContain(`started  ${proxy.url}`)
  proxy.signal('SIGTERM')
  await logs.says('stopped')
  expect((await proxy.exit).code).toBe(0)
})

test('with logs.level off, no log is written', async () => {
  const home = await givenHome([{ name: 'trial', provider: 'sandbox' }])
  const proxy = await startedProxy(home, [], { QWENCTL_LOG_LEVEL: 'off' })
  await chatAt(proxy.url, { model: 'sandbox-small' })
  proxy.signal('SIGTERM')
  await proxy.exit
  expect(existsSync(currentLog(join(home, 'logs')))).toBe(false)
})

test('--follow waits for a log that is not there yet', async () => {
  const { home } = givenFolder()
  const folder = join(home, 'elsewhere', 'logs')
  const logs = startQwenctl(home, ['proxy', 'logs', '-f'], { QWENCTL_HOME: join(home, 'elsewhere') })
  mkdirSync(folder, { recursive: true })
  appendFileSync(currentLog(folder), row('first'))
  await logs.says('qwen/work  answered (200)  first')
  logs.signal('SIGTERM')
  expect((await logs.exit).code).toBe(130)
})

test('--follow ends when its reader left', async () => {
  const { home, folder } = givenFolder()
  const logs = startQwenctl(home, ['proxy', 'logs', '-f'])
  appendFileSync(currentLog(folder), row('one'))
  await logs.says('one')
  logs.child.stdout?.destroy()
  const timer = setInterval(() => appendFileSync(currentLog(folder), row('more')), 50)
  const { code } = await logs.exit
  clearInterval(timer)
  expect(code).toBe(0)
})

test('colours are for a terminal alone', async () => {
  const { home, folder } = givenFolder()
  appendFileSync(currentLog(folder), row('one'))
  const terminal = openTerminal(process.execPath, [binary, 'proxy', 'logs'], {
    env: cleanEnv(home, { TERM: 'xterm-256color' }),
    cwd: home,
  })
  expect(await terminal.exit).toBe(0)
  expect(terminal.raw()).toContain('\u001b[32manswered (200)')
  const piped = startQwenctl(home, ['proxy', 'logs'])
  await piped.exit
  expect(piped.stdout).toBe('2026-11-22T10:00:00Z  qwen/work  answered (200)  one  5 ms  req-1\n')
})
