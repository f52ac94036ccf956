import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { resolveHome } from '../../../../src/lib/store/home.ts'
import { readLedger } from '../../../../src/lib/store/ledger/open-ledger.ts'
import { chat, givenUpstream } from '../../../support/servers/fake-upstream.ts'
import { QUESTION, givenProxy, until } from '../../../support/servers/proxy-harness.ts'

const program = fileURLToPath(new URL('../../../support/processes/full-disk-proxy.ts', import.meta.url))

/** Blocks of 1 KiB: what `ulimit -f` counts in. */
function spawnWithFileLimit(home: string, blocks: number): Promise<string> {
  const script = `ulimit -f ${blocks}; exec "${process.execPath}" "${program}"`
  const child = spawn('bash', ['-c', script], { env: { ...process.env, QWENCTL_HOME: home } })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await once(child, 'close')
  })
  child.stderr.pipe(process.stderr)
  return new Promise((resolve, reject) => {
    child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text.trim()))
    child.once('exit', (code) => reject(new Error(`it ended with ${code}`)))
  })
}

test('when the disk takes no more, requests get 503, nothing is sent uncounted, and the process stays up', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const seed = await givenProxy({
    accounts: [{ name: 'a', limits: ['100000/24h'] }],
    baseUrl: upstream.baseUrl,
  })
  await seed.running.stop()
  await seed.toolkit.close()
  const url = await spawnWithFileLimit(seed.home, 16)
  const ask = () => fetch(`${url}/v1/chat/completions`, { method: 'POST', body: JSON.stringify(QUESTION) })
  const statuses: number[] = []
  let refusal: unknown = null
  while (statuses.filter((status) => status === 503).length < 5) {
    const reply = await ask()
    statuses.push(reply.status)
    const body: unknown = await reply.json()
    if (reply.status !== 200) refusal = body
    expect(statuses.length).toBeLessThan(1000)
  }
  expect(new Set(statuses)).toEqual(new Set([200, 503]))
  expect(refusal).toMatchObject({ error: { code: 'store_unwritable', type: 'server_error' } })
  expect(upstream.count()).toBe(statuses.filter((status) => status === 200).length)
  const { days } = readLedger(resolveHome({ QWENCTL_HOME: seed.home })).state
  const counted = [...days.values()].flatMap((day) => [...day.values()]).map(({ requests }) => requests)
  expect(counted.reduce((sum, requests) => sum + requests, 0)).toBe(upstream.count())
  expect((await fetch(`${url}/health`)).status).toBe(200)
})

test('when accounts.json is damaged while it runs, the proxy continues with the accounts it has and says so once mended', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const proxy = await givenProxy({
    accounts: [{ name: 'a' }, { name: 'b' }],
    baseUrl: upstream.baseUrl,
    troubles: /the accounts stay as they were/,
  })
  const file = join(proxy.home, 'accounts.json')
  const good = readFileSync(file, 'utf8')
  writeFileSync(file, good.slice(0, -40))
  await until(() => proxy.troubles.length > 0)
  expect(proxy.troubles[0]).toMatch(/the accounts stay as they were: .*accounts\.json.*left as it is/)
  expect((await proxy.chat()).headers['x-qwenctl-account']).toBe('a')
  expect(readdirSync(proxy.home).some((name) => name.startsWith('accounts.json.corrupt-'))).toBe(true)

  const mended = JSON.parse(good) as { accounts: { name: string; enabled: boolean }[] }
  mended.accounts[0]!.enabled = false
  writeFileSync(file, JSON.stringify(mended))
  await until(async () => (await proxy.chat()).headers['x-qwenctl-account'] === 'b')
})

test('when accounts.json is of a newer version, the proxy continues and says that too', async () => {
  const upstream = await givenUpstream()
  upstream.always(chat())
  const proxy = await givenProxy({
    accounts: [{ name: 'a' }],
    baseUrl: upstream.baseUrl,
    troubles: /newer qwenctl/,
  })
  const file = join(proxy.home, 'accounts.json')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), version: 999 }))
  await until(() => proxy.troubles.length > 0)
  expect((await proxy.chat()).status).toBe(200)
})
