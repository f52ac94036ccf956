import { join } from 'node:path'
import { chmodSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'
import { chat, givenUpstream, json } from '../../support/servers/fake-upstream.ts'
import { makeKey } from '../../support/servers/proxy-harness.ts'
import {
  chatAt,
  parseError,
  givenHome,
  givenLockedHome,
  startQwenctl,
  startedProxy,
  readStatus,
} from './proxy-process.ts'

const sandbox = [{ name: 'play', provider: 'sandbox' }]

async function portInUse(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

test('when it listens, --json prints exactly one line with url, pid and accounts, and the URL answers', async () => {
  const home = await givenHome(sandbox)
  const proxy = await startedProxy(home)
  expect(proxy.stdout.trimEnd().split('\n')).toHaveLength(1)
  expect(JSON.parse(proxy.stdout)).toEqual({ url: proxy.url, pid: proxy.child.pid, accounts: 1 })
  expect(proxy.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect(await chatAt(proxy.url, { model: 'sandbox-small' })).toMatchObject({ status: 200, account: 'play' })
  proxy.signal('SIGTERM')
  expect(await proxy.exit).toEqual({ code: 0, signal: null })
  expect(proxy.stdout.trimEnd().split('\n')).toHaveLength(1)
})

test('when it listens, people read the address, how to use it, and no line wider than 80 columns', async () => {
  const home = await givenHome(sandbox)
  const proxy = startQwenctl(home, ['proxy', 'start', '--port', '0', '--strategy', 'round-robin'])
  await proxy.says('ANTHROPIC_BASE_URL')
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(proxy.stdout)?.[0] ?? ''
  expect(proxy.stdout).toContain(`${url} answers for 1 account, strategy round-robin.`)
  expect(proxy.stdout).toContain(`export OPENAI_BASE_URL=${url}/v1 OPENAI_API_KEY=any\n`)
  expect(proxy.stdout).toContain(`export ANTHROPIC_BASE_URL=${url} ANTHROPIC_API_KEY=any\n`)
  for (const line of proxy.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})

test('without an account it starts, says what to do, and answers with what is missing', async () => {
  const home = temporaryFolder()
  const proxy = startQwenctl(home, ['proxy', 'start', '--port', '0'])
  await proxy.says('ANTHROPIC_BASE_URL')
  expect(proxy.stdout).toContain('answers for 0 accounts')
  expect(proxy.stdout).toContain('qwenctl auth add')
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(proxy.stdout)?.[0] ?? ''
  const answer = await chatAt(url)
  expect(answer.status).toBe(503)
  expect(JSON.parse(answer.text)).toMatchObject({ error: { code: 'no_accounts' } })
})

test('when the port is in use, exits with 1, names the port and says what to do next', async () => {
  const home = await givenHome(sandbox)
  const port = await portInUse()
  const result = await runCommand(home, ['proxy', 'start', '--port', String(port), '--json'])
  expect(result.exit).toBe(1)
  expect(parseError(result)).toMatchObject({ code: 'port_in_use', exit: 1 })
  expect(parseError(result).message).toContain(String(port))
  expect(parseError(result).hint).toContain('--port 0')
})

test('when others could reach the address, refuses it with the reason', async () => {
  const home = await givenHome(sandbox)
  const result = await runCommand(home, ['proxy', 'start', '--port', '0', '--host', '0.0.0.0', '--json'])
  expect(result.exit).toBe(2)
  expect(parseError(result)).toMatchObject({
    code: 'invalid_value',
    message: '0.0.0.0 can be reached by others, and there are no client keys',
  })
  expect(parseError(result).hint).toContain('127.0.0.1')
})

test.each([
  ['an unknown strategy', ['--strategy', 'random'], 'round-robin'],
  ['a port that is none', ['--port', '70000'], '65535'],
  ['an unknown flag', ['--prot', '0'], '--port'],
])('when given %s, exits with 2 and says what there is', async (_, flags, help) => {
  const result = await runCommand(temporaryFolder(), ['proxy', 'start', ...flags, '--json'])
  expect(result.exit).toBe(2)
  const { message, hint } = parseError(result)
  expect(`${message} ${hint}`).toContain(help)
})

test('when the passphrase of the home is missing or wrong, does not start: vault_locked, exit 6', async () => {
  const home = await givenLockedHome('correct horse battery')
  const wrongOnes: Record<string, string>[] = [{}, { QWENCTL_PASSPHRASE: 'wrong' }]
  for (const wrong of wrongOnes) {
    const result = await runCommand(home, ['proxy', 'start', '--port', '0', '--json'], wrong)
    expect(result.exit).toBe(6)
    expect(parseError(result)).toMatchObject({ code: 'vault_locked', exit: 6 })
  }
  const proxy = await startedProxy(home, [], { QWENCTL_PASSPHRASE: 'correct horse battery' })
  expect(proxy.accounts).toBe(1)
})

test('when there is something to warn of, says it once, at the start', async () => {
  const upstream = await givenUpstream()
  upstream.next(chat())
  const home = await givenHome([{ name: 'a' }], upstream.baseUrl)
  chmodSync(join(home, 'master.key'), 0o644) // readable by other users
  const proxy = await startedProxy(home)
  await proxy.says('warning:')
  await chatAt(proxy.url)
  proxy.signal('SIGINT')
  expect((await proxy.exit).code).toBe(0)
  expect(proxy.stderr.match(/warning:/g)).toHaveLength(1)
  expect(proxy.stderr).toContain('master.key')
})

test('when an account runs out and the next takes over, one line says so, and troubles are printed without secrets', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  upstream.nextFor(
    makeKey('home'),
    json(429, { error: { message: `no\u001b[2J\nmore for ${makeKey('home')}` } }),
  )
  const home = await givenHome(
    [
      { name: 'work', limits: ['3/day'] },
      { name: 'home', limits: ['3/day'] },
      { name: 'spare', limits: ['3/day'] },
    ],
    upstream.baseUrl,
  )
  const proxy = await startedProxy(home, ['--strategy', 'fill-first'])
  for (let index = 0; index < 5; index += 1) expect((await chatAt(proxy.url)).status).toBe(200)
  await proxy.says('takes over')
  await proxy.says('rate limited (429)')
  const lines = proxy.stderr.trimEnd().split('\n')
  const told = lines.filter((line) => line.includes('takes over'))
  expect(told).toHaveLength(1)
  expect(told[0]).toMatch(/Z {2}work is used up (until 00:00 UTC|for \d+ (s|min)); home takes over$/)
  const limited = lines.filter((line) => line.includes('custom/home'))
  expect(limited).toHaveLength(1)
  expect(limited[0]).toMatch(/custom\/home {2}rate limited \(429\) {2}m1 {2}\d+ ms {2}no/)
  expect(proxy.stderr).not.toContain(makeKey('home'))
  expect(proxy.stderr).not.toContain('\u001b')
})

test('when no account is left, one line names the first to return, however many requests are refused', async () => {
  const upstream = await givenUpstream()
  upstream.next(chat())
  const home = await givenHome([{ name: 'work', limits: ['1/6h'] }], upstream.baseUrl)
  const proxy = await startedProxy(home)
  const statuses = []
  for (let index = 0; index < 4; index += 1) statuses.push((await chatAt(proxy.url)).status)
  expect(statuses).toEqual([200, 429, 429, 429])
  proxy.signal('SIGTERM')
  await proxy.exit
  const told = proxy.stderr.split('\n').filter((line) => line.includes('every account is out'))
  expect(told).toHaveLength(1)
  expect(told[0]).toMatch(/Z {2}every account is out; work is back first, at \d\d:\d\d UTC$/)
})

test('with --verbose every request has its line, without it only troubles have', async () => {
  const home = await givenHome(sandbox)
  const [quiet, verbose] = [await startedProxy(home), await startedProxy(home, ['--verbose'])]
  for (const { url } of [quiet, verbose]) await chatAt(url, { model: 'sandbox-small' })
  await verbose.says('sandbox/play  answered (200)  sandbox-small')
  quiet.signal('SIGTERM')
  await quiet.exit
  expect(quiet.stderr).not.toContain('answered')
})

test('when the home cannot be written, does not start and says so: exit 6', async () => {
  const home = await givenHome(sandbox)
  const start = ['proxy', 'start', '--port', '0', '--json']
  const result = await runCommand(home, start, { QWENCTL_HOME: '/dev/null/nowhere' })
  expect(result.exit).toBe(6)
  expect(parseError(result).code).toBe('store_unwritable')
})

test('when the configuration changes, says so, and proxy status shows the one proxy with its new strategy', async () => {
  const home = await givenHome(sandbox)
  const proxy = await startedProxy(home, [], { QWENCTL_AFFINITY: 'false' })
  await runCommand(home, ['config', 'set', 'proxy.strategy', 'round-robin'])
  await proxy.says('The configuration changed and is now in effect.')
  const { proxies } = await readStatus(home)
  expect(proxies).toMatchObject([{ url: proxy.url, strategy: 'round-robin' }])
  await runCommand(home, ['config', 'set', 'proxy.host', 'localhost'])
  await proxy.says('proxy.host is "localhost" now, which holds from the next start on')
  proxy.signal('SIGTERM')
  expect((await proxy.exit).code).toBe(0)
  expect((await readStatus(home)).proxies).toEqual([])
})
