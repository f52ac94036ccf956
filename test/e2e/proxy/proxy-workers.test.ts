import { readFileSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runBinary, runCommand } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'
import {
  ControlledStream,
  DONE,
  STOP,
  chat,
  delta,
  givenUpstream,
} from '../../support/servers/fake-upstream.ts'
import { ledgerLines, until } from '../../support/servers/proxy-harness.ts'
import {
  chatAt,
  parseError,
  givenHome,
  givenLockedHome,
  openChat,
  startedProxy,
  readStatus,
} from './proxy-process.ts'

const two = ['--workers', '2']

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function listWorkers(home: string): Promise<number[]> {
  return (await readStatus(home)).proxies[0]?.workers ?? []
}

function metricsAt(url: string): Promise<string> {
  return textAt(`${url}/metrics`)
}

/** Over a connection of its own, so that any of the workers may answer. */
function textAt(url: string, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve(text))
    }).on('error', reject)
  })
}

/** All requests that the proxy says it has answered. */
async function answeredAt(url: string): Promise<number> {
  const rows = (await metricsAt(url)).matchAll(/^qwenctl_requests_total\{.*outcome="ok"\} (\d+)$/gm)
  return [...rows].reduce((sum, [, count]) => sum + Number(count), 0)
}

test('two workers are one proxy: one line, port, entry, API, message and exact count', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const home = await givenHome([{ name: 'a', limits: ['30/6h'] }], upstream.baseUrl)
  const proxy = await startedProxy(home, two)
  expect(proxy.stdout.trim().split('\n')).toHaveLength(1)
  const { proxies } = await readStatus(home)
  expect(proxies).toMatchObject([
    { url: proxy.url, pid: proxy.pid, workers: [expect.any(Number), expect.any(Number)] },
  ])
  expect(proxies[0]?.workers).not.toContain(proxy.pid)
  const token = (await runCommand(home, ['config', 'get', 'adminToken'])).stdout.trim()
  for (let index = 0; index < 6; index += 1) {
    const answer = await textAt(`${proxy.url}/api/proxy`, { authorization: `Bearer ${token}` })
    expect(JSON.parse(answer)).toMatchObject({ url: proxy.url, pid: proxy.pid, workers: 2, inFlight: 0 })
  }
  const answers = await Promise.all(Array.from({ length: 80 }, () => chatAt(proxy.url))) // both workers get some
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(30)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(50)
  expect(upstream.requests).toHaveLength(30)
  await proxy.says('every account is out')
  proxy.signal('SIGTERM')
  expect(await proxy.exit).toEqual({ code: 0, signal: null })
  expect(proxy.stderr.match(/every account is out/g)).toHaveLength(1)
  expect(ledgerLines(home).filter(({ type, outcome }) => type === 'settle' && outcome === 'ok')).toHaveLength(
    30,
  )
})

test('when a worker is killed, another replaces it, the proxy serves on, and no metric goes back', async () => {
  const home = await givenHome([{ name: 'play', provider: 'sandbox' }])
  const proxy = await startedProxy(home, two)
  for (let index = 0; index < 20; index += 1) await chatAt(proxy.url, { model: 'sandbox-small' })
  await until(async () => (await answeredAt(proxy.url)) === 20)
  for (let index = 0; index < 6; index += 1) expect(await answeredAt(proxy.url)).toBe(20)
  const before = await listWorkers(home)
  process.kill(before[0]!, 'SIGKILL')
  await proxy.says(`a worker (pid ${before[0]}) ended: SIGKILL; another begins`)
  expect(await answeredAt(proxy.url)).toBe(20)
  expect((await chatAt(proxy.url, { model: 'sandbox-small' })).status).toBe(200)
  await until(async () => (await listWorkers(home)).length === 2)
  const after = await listWorkers(home)
  expect(after).toContain(before[1])
  expect(after).not.toContain(before[0])
  await until(async () => (await answeredAt(proxy.url)) === 21)
})

async function givenStream() {
  const upstream = await givenUpstream()
  const stream = new ControlledStream()
  upstream.next(stream.answer)
  const home = await givenHome([{ name: 'a' }], upstream.baseUrl)
  const proxy = await startedProxy(home, two)
  const opening = openChat(proxy.url, { stream: true })
  await stream.opened
  stream.send(delta('first'))
  const reply = (await opening).setEncoding('utf8')
  return { home, proxy, stream, reply }
}

test('on SIGTERM every worker ends what is under way, and none takes anything new', async () => {
  const { home, proxy, stream, reply } = await givenStream()
  const workers = await listWorkers(home)
  proxy.signal('SIGTERM')
  await proxy.says('Ending after 1 request under way')
  await expect(chatAt(proxy.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  stream.end(STOP + DONE)
  let text = ''
  for await (const chunk of reply) text += chunk as string
  expect(text).toContain('[DONE]')
  expect(await proxy.exit).toEqual({ code: 0, signal: null })
  expect(workers.filter(isRunning)).toEqual([])
  expect(await readStatus(home)).toEqual({ running: false, proxies: [] })
  expect(ledgerLines(home).filter(({ type }) => type === 'settle')).toMatchObject([{ outcome: 'ok' }])
})

test('on a second SIGTERM all end at once', async () => {
  const { home, proxy, stream, reply } = await givenStream()
  const workers = await listWorkers(home)
  reply.on('error', () => undefined).resume()
  proxy.signal('SIGTERM')
  await proxy.says('Ending after')
  proxy.signal('SIGTERM')
  expect(await proxy.exit).toEqual({ code: 143, signal: null })
  await stream.left
  await until(() => workers.every((pid) => !isRunning(pid)))
})

test('the setting proxy.workers sets their number, and none outlives a killed supervisor', async () => {
  const home = await givenHome([{ name: 'play', provider: 'sandbox' }])
  const proxy = await startedProxy(home, [], { QWENCTL_WORKERS: '2' })
  const workers = await listWorkers(home)
  expect(workers).toHaveLength(2)
  proxy.signal('SIGKILL')
  await until(() => workers.every((pid) => !isRunning(pid)))
})

test('in the background the workers serve until proxy stop, which ends them all', async () => {
  const home = await givenHome([{ name: 'play', provider: 'sandbox' }])
  const start = ['proxy', 'start', '--port', '0', '--detach', '--json', ...two]
  const { url, pid } = JSON.parse((await runBinary(home, start)).stdout) as { url: string; pid: number }
  onTestFinished(() => {
    if (isRunning(pid)) process.kill(pid, 'SIGKILL')
  })
  const workers = await listWorkers(home)
  expect((await chatAt(url, { model: 'sandbox-small' })).status).toBe(200)
  expect(await runCommand(home, ['proxy', 'stop'])).toMatchObject({ exit: 0 })
  await until(() => ![pid, ...workers].some(isRunning))
})

test('when the port is in use, one error says so, with its exit code', async () => {
  const home = await givenHome([{ name: 'play', provider: 'sandbox' }])
  const { url } = await startedProxy(home)
  const { port } = new URL(url)
  const result = await runBinary(home, ['proxy', 'start', '--port', port, ...two])
  expect(result.exit).toBe(1)
  expect(result.stderr.match(/already runs here/g)).toHaveLength(1)
  expect(result.stderr.match(/^error: /gm)).toHaveLength(1)
})

test('when the vault is locked, no worker starts: vault_locked, exit 6', async () => {
  const home = await givenLockedHome('correct horse battery')
  const result = await runBinary(home, ['proxy', 'start', '--port', '0', '--json', ...two])
  expect(result.exit).toBe(6)
  expect(parseError(result).code).toBe('vault_locked')
})

test('when workers end as soon as they begin and none is left, the proxy ends and says why', async () => {
  const home = await givenHome([{ name: 'play', provider: 'sandbox' }])
  const proxy = await startedProxy(home, two)
  const workers = await listWorkers(home)
  const file = join(home, 'accounts.json')
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 40))
  for (const pid of workers) process.kill(pid, 'SIGKILL')
  expect((await proxy.exit).code).toBe(6)
  expect(proxy.stdout).toContain('store_corrupt')
  expect(await readStatus(home)).toEqual({ running: false, proxies: [] })
})

test('a worker that no supervisor started says what to do instead', async () => {
  const result = await runCommand(temporaryFolder(), ['proxy', 'worker', '--json'])
  expect(result.exit).toBe(2)
  expect(parseError(result).hint).toContain('proxy start --workers')
  const help = await runCommand(temporaryFolder(), ['proxy', '--help'])
  expect(help.stdout).toContain('start ')
  expect(help.stdout).not.toContain('worker ')
})
