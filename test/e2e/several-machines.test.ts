// The example without containers, as users start it: a Redis and two proxies with homes of their own.

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { binary, cleanEnv, parseDocument, runBinary } from '../support/cli.ts'
import { temporaryFolder } from '../support/temp-folder.ts'
import { chat, givenUpstream } from '../support/servers/fake-upstream.ts'
import { hasRedis } from '../support/servers/redis-server.ts'
import { ProxyProcess, chatAt } from './proxy/proxy-process.ts'

const script = fileURLToPath(new URL('../../examples/several-machines/start-local.sh', import.meta.url))

/** The first of four free ports in a row. */
async function freePorts(): Promise<number> {
  for (;;) {
    const servers = [createServer().listen(0, '127.0.0.1')]
    await new Promise((resolve) => servers[0]!.once('listening', resolve))
    const { port } = servers[0]!.address() as AddressInfo
    const isFree = await Promise.all(
      [1, 2, 3].map((more) => {
        const server = createServer()
        servers.push(server)
        return new Promise<boolean>((resolve) => {
          server.once('error', () => resolve(false))
          server.listen(port + more, '127.0.0.1', () => resolve(true))
        })
      }),
    )
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    if (isFree.every(Boolean)) return port
  }
}

/** The variables that the script wrote for other terminals. */
function readEnv(folder: string): Record<string, string> {
  const lines = readFileSync(join(folder, 'env'), 'utf8').matchAll(/^export (\w+)=(.*)$/gm)
  return Object.fromEntries([...lines].map(([, name, value]) => [name, value]))
}

test.skipIf(!hasRedis)(
  'the example without containers counts over both proxies, and ends as a whole',
  async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const folder = temporaryFolder()
    const port = await freePorts()
    const child = spawn('sh', [script, folder, String(port)], {
      env: cleanEnv(folder, { QWENCTL: `${process.execPath} ${binary}`, QWENCTL_HOME: undefined }),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const example = new ProxyProcess(child)
    onTestFinished(async () => {
      child.kill('SIGTERM')
      await example.exit
    })
    await example.says('ready:')
    const env = readEnv(folder)
    const added = await runBinary(
      join(folder, 'one'),
      [
        'auth',
        'add',
        'a',
        '-p',
        'custom',
        '--base-url',
        upstream.baseUrl,
        '--limit',
        '9/24h',
        '--key-env',
        'KEY',
        '--no-verify',
      ],
      { env: { ...env, KEY: 'sk-local' } },
    )
    expect(added).toMatchObject({ exit: 0 })
    const urls = [1, 2].map((more) => `http://127.0.0.1:${port + more}`)
    await expect.poll(async () => (await fetch(`${urls[1]}/ready`)).status).toBe(200)
    // With nginx, the address of the balancer; else that of the first proxy.
    const [, address = ''] = /ready: (\S+)/.exec(example.stdout) ?? []
    const all = [...urls, address]
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => chatAt(all[index % 3]!)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(9)
    expect(upstream.count()).toBe(9)
    const shown = parseDocument(await runBinary(join(folder, 'two'), ['quota', 'show', '--json'], { env }))
    expect(shown['accounts']).toMatchObject([{ name: 'a', limits: [{ used: 9, remaining: 0 }] }])
    const status = parseDocument(await runBinary(join(folder, 'one'), ['proxy', 'status', '--json'], { env }))
    expect(status.proxies).toMatchObject([
      { url: urls[0], state: 'serving', machine: hostname() },
      { url: urls[1], state: 'serving', machine: hostname() },
    ])
    expect(status).toMatchObject({ running: true })
    child.kill('SIGTERM')
    await example.exit
    for (const url of all) await expect(fetch(`${url}/health`)).rejects.toThrow()
  },
  120_000,
)
