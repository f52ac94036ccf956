import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runBinary } from '../support/cli.ts'
import { chat, givenUpstream } from '../support/servers/fake-upstream.ts'
import { until } from '../support/servers/proxy-harness.ts'
import { RedisServer, hasRedis } from '../support/servers/redis-server.ts'
import { givenHome, startedProxy } from './proxy/proxy-process.ts'

const SLOTS = 4

test.skipIf(!hasRedis)(
  'machines that share a store run each slot of a job once, also when one of them is killed',
  async () => {
    const upstream = await givenUpstream()
    upstream.always(chat())
    const server = await RedisServer.start('--appendfsync', 'always')
    onTestFinished(() => server.stop())
    const first = await givenHome([{ name: 'a' }, { name: 'b' }], upstream.baseUrl)
    expect(await runBinary(first, ['store', 'move', server.url])).toMatchObject({ exit: 0 })
    const second = await givenHome()
    copyFileSync(join(first, 'master.key'), join(second, 'master.key'))
    const env = { QWENCTL_STORE_URL: server.url }
    const job = ['jobs', 'add', 'tick', '--every', '2s', '--all', '--model', 'm1']
    expect(await runBinary(first, [...job, '--ask', 'slot {{slot}} of {{account}}.'], { env })).toMatchObject(
      {
        exit: 0,
      },
    )
    const times = () => {
      const seen = new Map<string, number>()
      for (const { body } of upstream.requests) {
        const slot = /slot (\S+) of (\w+)\./.exec(body.toString())?.[0]
        if (slot !== undefined) seen.set(slot, (seen.get(slot) ?? 0) + 1)
      }
      return seen
    }
    const one = await startedProxy(first, [], env)
    const two = await startedProxy(second, [], env)
    await until(() => times().size >= SLOTS)
    one.signal('SIGKILL')
    await one.exit
    const before = times().size
    await until(() => times().size >= before + SLOTS)
    expect([...times().values()].every((count) => count === 1)).toBe(true)
    two.signal('SIGTERM')
    expect((await two.exit).code).toBe(0)
  },
  180_000,
)
