import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runBinary, runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'
import {
  ControlledStream,
  DONE,
  STOP,
  delta,
  givenUpstream,
  json,
} from '../../support/servers/fake-upstream.ts'
import { until } from '../../support/servers/proxy-harness.ts'
import type { Listening } from './proxy-process.ts'
import {
  chatAt,
  parseError,
  givenHome,
  givenLockedHome,
  openChat,
  startQwenctl,
  startedProxy,
  readStatus,
} from './proxy-process.ts'

const sandbox = [{ name: 'play', provider: 'sandbox' }]

/** A proxy in the background; it ends with the test, whatever happens. */
async function detached(home: string, argv: string[] = []): Promise<Listening> {
  const start = ['proxy', 'start', '--port', '0', '--detach', '--json', ...argv]
  const result = await runBinary(home, start)
  expect(result).toMatchObject({ exit: 0 })
  const view = JSON.parse(result.stdout) as Listening
  onTestFinished(() => {
    try {
      process.kill(view.pid, 'SIGKILL')
    } catch {
      // the test has ended it
    }
  })
  return view
}

interface Doctor {
  checks: { id: string; status: string; detail: string; fix: string | null }[]
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('with --detach the command returns when the proxy listens, which runs after it and is shown by status', async () => {
  const home = await givenHome(sandbox)
  const view = await detached(home)
  expect(view).toEqual({ url: view.url, pid: view.pid, accounts: 1 })
  expect(await chatAt(view.url, { model: 'sandbox-small' })).toMatchObject({ status: 200 })
  expect(await readStatus(home)).toMatchObject({
    running: true,
    proxies: [
      {
        ...view,
        state: 'serving',
        strategy: 'priority',
        host: '127.0.0.1',
        port: Number(new URL(view.url).port),
      },
    ],
  })
  const shown = await runCommand(home, ['proxy', 'status'])
  expect(shown.stdout).toContain(view.url)
  expect(shown.stdout).toContain(String(view.pid))
  for (const line of shown.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})

test('with --detach people read the address, how to end it, and where its log is', async () => {
  const home = await givenHome(sandbox)
  const result = await runBinary(home, ['proxy', 'start', '--port', '0', '-d'])
  expect(result.exit).toBe(0)
  expect(result.stdout).toContain('answers for 1 account')
  expect(result.stderr).toContain('qwenctl proxy stop')
  expect(result.stderr).toContain(join(home, 'logs', 'proxy.log'))
  expect(await runCommand(home, ['proxy', 'stop'])).toMatchObject({ exit: 0 })
})

test('a proxy in the background writes its troubles to the log file, dated and for its user alone', async () => {
  const upstream = await givenUpstream()
  upstream.next(json(500, { error: { message: 'out of order' } }))
  const home = await givenHome([{ name: 'a' }], upstream.baseUrl)
  const { url } = await detached(home)
  expect((await chatAt(url)).status).toBe(502)
  const log = join(home, 'logs', 'proxy.log')
  await until(() => readFileSync(log, 'utf8').includes('out of order'))
  expect(readFileSync(log, 'utf8')).toMatch(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}custom\/a {2}overloaded \(500\)/m,
  )
  expect(readFileSync(log, 'utf8')).toMatch(/^\S+Z {2}http:\S+ answers for 1 account, strategy priority\.$/m)
  expect(statSync(log).mode & 0o777).toBe(0o600)
})

test('when a start in the background fails, its error and exit code are those of the start', async () => {
  const home = await givenHome(sandbox)
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const start = ['proxy', 'start', '--port', String(port), '--detach']
  const result = await runBinary(home, [...start, '--json'])
  expect(result.exit).toBe(1)
  expect(parseError(result)).toMatchObject({ code: 'port_in_use', exit: 1 })
  const inWords = await runBinary(home, start)
  expect(inWords).toMatchObject({ exit: 1, stdout: '' })
  expect(inWords.stderr).toContain(`error: port ${port} on 127.0.0.1 is in use`)
  expect(await readStatus(home)).toEqual({ running: false, proxies: [] })
})

test('when the vault of a start in the background is locked, it exits with 6', async () => {
  const home = await givenLockedHome('correct horse battery')
  const result = await runBinary(home, ['proxy', 'start', '--port', '0', '--detach', '--json'])
  expect(result.exit).toBe(6)
  expect(parseError(result).code).toBe('vault_locked')
})

test('a restart serves at the same address with the same flags, in another process', async () => {
  const home = await givenHome(sandbox)
  const before = await detached(home, ['--strategy', 'round-robin'])
  const result = await runBinary(home, ['proxy', 'restart', '--json'])
  expect(result).toMatchObject({ exit: 0, stderr: '' })
  const after = JSON.parse(result.stdout) as Listening
  onTestFinished(() => void runCommand(home, ['proxy', 'stop']))
  expect(after).toEqual({ url: before.url, pid: after.pid, accounts: 1 })
  expect(after.pid).not.toBe(before.pid)
  expect(await chatAt(after.url, { model: 'sandbox-small' })).toMatchObject({ status: 200 })
  const [shown, ...others] = (await readStatus(home)).proxies
  expect(others).toEqual([])
  expect(shown).toMatchObject({ pid: after.pid, strategy: 'round-robin' })
  const again = await runBinary(home, ['proxy', 'restart'])
  expect(again.stderr).toContain(`Restarted ${before.url} (pid `)
  expect(await runCommand(home, ['proxy', 'stop'])).toMatchObject({ exit: 0 })
})

test('a restart needs one proxy: without one it exits with 3, with several it asks for the port', async () => {
  const home = await givenHome(sandbox)
  const none = await runCommand(home, ['proxy', 'restart', '--json'])
  expect(none.exit).toBe(3)
  expect(parseError(none).code).toBe('proxy_not_running')
  const first = await startedProxy(home)
  const second = await startedProxy(home)
  const several = await runCommand(home, ['proxy', 'restart', '--json'])
  expect(parseError(several)).toMatchObject({ code: 'missing_answer', exit: 2 })
  expect(parseError(several).message).toContain(new URL(first.url).port)
  const { port } = new URL(second.url)
  expect((await runBinary(home, ['proxy', 'restart', '--port', port])).exit).toBe(0)
  expect((await second.exit).code).toBe(0)
  expect(first.hasEnded).toBe(false)
  expect(await runCommand(home, ['proxy', 'stop', '--port', port])).toMatchObject({ exit: 0 })
})

test('when no proxy runs, status says so and stop exits with 3', async () => {
  const home = temporaryFolder()
  expect(await readStatus(home)).toEqual({ running: false, proxies: [] })
  expect((await runCommand(home, ['proxy', 'status'])).stdout).toContain('qwenctl proxy start')
  const result = await runCommand(home, ['proxy', 'stop', '--json'])
  expect(result.exit).toBe(3)
  expect(parseError(result)).toMatchObject({ code: 'proxy_not_running', exit: 3 })
})

test('stop --port ends that one and no other; stop without ends the rest', async () => {
  const home = await givenHome(sandbox)
  const [first, second] = [await startedProxy(home), await startedProxy(home)]
  const readPort = ({ url }: Listening) => new URL(url).port
  const stopped = await runCommand(home, ['proxy', 'stop', '--port', readPort(first), '--json'])
  expect(stopped.exit).toBe(0)
  expect(JSON.parse(stopped.stdout)).toMatchObject({ stopped: [{ url: first.url, pid: first.pid }] })
  expect(await first.exit).toEqual({ code: 0, signal: null })
  expect((await readStatus(home)).proxies).toMatchObject([{ pid: second.pid }])
  expect((await runCommand(home, ['proxy', 'stop', '--port', readPort(first)])).exit).toBe(3)
  const rest = await runCommand(home, ['proxy', 'stop'])
  expect(rest).toMatchObject({ exit: 0, stderr: `Stopped ${second.url}.\n` })
  expect(await second.exit).toEqual({ code: 0, signal: null })
})

test('stop waits for requests under way, and asking twice does not cut them off', async () => {
  const upstream = await givenUpstream()
  const stream = new ControlledStream()
  upstream.next(stream.answer)
  const home = await givenHome([{ name: 'a' }], upstream.baseUrl)
  const proxy = await startedProxy(home)
  const opening = openChat(proxy.url, { stream: true })
  await stream.opened
  stream.send(delta('first'))
  const reply = (await opening).setEncoding('utf8')
  const stops = [startQwenctl(home, ['proxy', 'stop'])]
  await proxy.says('Ending after 1 request under way')
  expect((await readStatus(home)).proxies).toMatchObject([{ pid: proxy.pid, state: 'draining' }])
  stops.push(startQwenctl(home, ['proxy', 'stop', '--json']))
  await chatAt(proxy.url).catch(() => undefined)
  stream.end(STOP + DONE)
  let text = ''
  for await (const chunk of reply) text += chunk as string
  expect(text).toContain('[DONE]')
  expect(await proxy.exit).toEqual({ code: 0, signal: null })
  expect((await stops[0]!.exit).code).toBe(0)
  expect([0, 3]).toContain((await stops[1]!.exit).code) // 3: it looked only after the end
})

/** The files of running proxies. */
const proxyFiles = (home: string) => readdirSync(join(home, 'run')).filter((name) => name.endsWith('.json'))

test('a proxy that was killed is not shown, and its file is swept away', async () => {
  const home = await givenHome(sandbox)
  const proxy = await startedProxy(home)
  proxy.signal('SIGKILL')
  await proxy.exit
  expect(proxyFiles(home)).toHaveLength(1)
  expect(await readStatus(home)).toEqual({ running: false, proxies: [] })
  expect(proxyFiles(home)).toEqual([])
  expect((await runCommand(home, ['proxy', 'stop'])).exit).toBe(3)
})

test('when another process has the number of a killed proxy, it is neither shown nor signalled', async () => {
  const home = await givenHome(sandbox)
  const proxy = await startedProxy(home)
  const [name = ''] = proxyFiles(home)
  const file = join(home, 'run', name)
  const left = readFileSync(file, 'utf8')
  proxy.signal('SIGKILL')
  await proxy.exit
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  onTestFinished(() => void other.kill('SIGKILL'))
  writeFileSync(file, left.replaceAll(`"pid":${proxy.pid}`, `"pid":${other.pid}`))
  expect((await runCommand(home, ['proxy', 'stop'])).exit).toBe(3)
  expect(other.exitCode).toBeNull()
  expect(isRunning(other.pid!)).toBe(true)
})

test('where the system does not tell when a process began, the number of a dead proxy is not signalled either', async () => {
  const home = await givenHome(sandbox)
  const dead = await startedProxy(home)
  const [name = ''] = proxyFiles(home)
  const left = JSON.parse(readFileSync(join(home, 'run', name), 'utf8')) as {
    owner: { startTime: string | null }
  }
  dead.signal('SIGKILL')
  await dead.exit
  // Another proxy has its address, and another process its number.
  const { port } = new URL(dead.url)
  const next = startQwenctl(home, ['proxy', 'start', '--port', port, '--json'])
  await next.listening()
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  onTestFinished(() => void other.kill('SIGKILL'))
  left.owner.startTime = null
  const stale = JSON.stringify(left).replaceAll(`"pid":${dead.pid}`, `"pid":${other.pid}`)
  writeFileSync(join(home, 'run', name), stale)
  expect((await runCommand(home, ['proxy', 'stop'])).exit).toBe(0)
  expect((await next.exit).code).toBe(0)
  expect(isRunning(other.pid!)).toBe(true)
  expect(await readStatus(home)).toMatchObject({ running: false, proxies: [] })
})

test.each([
  ['no JSON', '{"pid": 1'],
  ['no owner', '{"pid":1,"url":"http://127.0.0.1:1"}'],
  ['null', 'null'],
])('a run file that is damaged (%s) is passed over', async (_, text) => {
  const home = temporaryFolder()
  mkdirSync(join(home, 'run'))
  writeFileSync(join(home, 'run', 'proxy-1-abc.json'), text)
  expect(await readStatus(home)).toEqual({ running: false, proxies: [] })
  expect((await runCommand(home, ['proxy', 'stop'])).exit).toBe(3)
})

test('a proxy that is stopped by the system is not signalled behind its back: stop says what is wrong', async () => {
  const home = await givenHome(sandbox)
  const proxy = await startedProxy(home)
  proxy.signal('SIGSTOP')
  expect((await readStatus(home)).proxies).toMatchObject([{ pid: proxy.pid, state: 'silent' }])
  const result = await runCommand(home, ['proxy', 'stop', '--json'])
  const status = await runCommand(home, ['status'])
  const { checks } = JSON.parse((await runCommand(home, ['doctor', '--json'])).stdout) as Doctor
  proxy.signal('SIGCONT')
  expect(status.stdout).toMatch(/^proxy +http:.* does not answer.*kill \d+$/m)
  expect(checks.find(({ id }) => id === 'proxies')).toMatchObject({
    status: 'warn',
    detail: expect.stringContaining('does not answer'),
    fix: expect.stringContaining(`kill ${proxy.pid}`),
  })
  expect(result.exit).toBe(1)
  expect(parseError(result).message).toContain('does not answer')
  expect((await runCommand(home, ['proxy', 'stop'])).exit).toBe(0)
})

test('a proxy that cannot write its run file says so and ends, in the foreground and in the background', async () => {
  const home = await givenHome(sandbox)
  rmSync(join(home, 'run'), { recursive: true, force: true })
  writeFileSync(join(home, 'run'), 'a file in its place')
  for (const flags of [[], ['--detach']]) {
    const result = await runBinary(home, ['proxy', 'start', '--port', '0', '--json', ...flags])
    expect(result.exit, result.stdout).toBe(6)
    expect(parseError(result)).toMatchObject({ code: 'store_unwritable' })
    expect(parseError(result).message).toContain(join(home, 'run'))
  }
})
