// The simulation believes its model of Redis. Here a real server runs the same calls.

import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { RedisLink } from '../../src/lib/store/redis/link/redis-link.ts'
import { APPEND, KEEP_CHECKPOINT, REPLICATION, buildKeys } from '../../src/lib/store/redis/link/scripts.ts'
import { RedisServer, hasRedis } from '../support/servers/redis-server.ts'
import { Store, runCommand, runScript } from './model-redis.ts'

const writers = ['one', 'two']
const calls = fc.array(
  fc.oneof(
    fc.record({
      call: fc.constant('append' as const),
      writer: fc.constantFrom(...writers),
      number: fc.nat(4),
      /** The entry that the caller read last, and whether its mark is right. */
      read: fc.nat(6),
      isMarked: fc.boolean(),
      acknowledged: fc.nat(3),
      kind: fc.constantFrom('reserve', 'other', 'again'),
      graceMs: fc.constantFrom(0, 60_000),
      heartbeat: fc.constantFrom('0', '1'),
    }),
    fc.record({ call: fc.constant('checkpoint' as const), read: fc.nat(6), isMarked: fc.boolean() }),
    fc.record({ call: fc.constant('lock' as const) }),
    fc.record({
      call: fc.constant('remove' as const),
      key: fc.constantFrom('log' as const, 'meta' as const),
    }),
  ),
  { minLength: 1, maxLength: 25 },
)

test.skipIf(!hasRedis)('the model answers as the server does', async () => {
  const server = await RedisServer.start()
  onTestFinished(() => server.stop())
  const link = new RedisLink(server.url)
  onTestFinished(() => link.close())
  let prefix = 0
  const property = fc.asyncProperty(calls, async (steps) => {
    const keys = buildKeys(`model-${(prefix += 1)}`)
    const store = new Store()
    const [history] = (await link.run(REPLICATION, [keys.log], [])) as [string, number, number]
    /** The entries that the server has, which give the cursors of later calls. */
    const read = async () =>
      (await link.send(keys.log, ['XRANGE', keys.log, '-', '+'])) as [string, string[]][]
    for (const step of steps) {
      const entries = await read()
      const [cursor, fields] = 'read' in step ? (entries[step.read] ?? ['0-0', null]) : ['0-0', null]
      const mark =
        'isMarked' in step && step.isMarked && fields !== null ? `${fields[1]} ${fields[3]}` : 'x 9'
      if (step.call === 'lock') {
        const args = ['SET', keys.lock('x'), '1', 'NX', 'PX', '60000']
        const now = Date.now()
        expect(runCommand(store, args, { now, history, replicas: [] })).toEqual(
          await link.send(args[1]!, args),
        )
        continue
      }
      if (step.call === 'remove') {
        const args = ['DEL', keys[step.key]]
        const now = Date.now()
        expect(runCommand(store, args, { now, history, replicas: [] })).toEqual(
          await link.send(args[1]!, args),
        )
        continue
      }
      const isAppend = step.call === 'append'
      const [script, names, args] = isAppend
        ? ([
            APPEND,
            [keys.log, keys.writers, keys.meta, keys.alive, keys.checkpoint],
            [
              ...[
                step.writer,
                String(step.number),
                cursor,
                cursor === '0-0' ? '*' : mark,
                `line ${step.number}`,
              ],
              ...[step.kind, String(step.graceMs), '100', step.heartbeat, String(step.acknowledged)],
            ],
          ] as const)
        : ([
            KEEP_CHECKPOINT,
            [keys.checkpoint, keys.log, keys.writers, keys.alive, keys.history],
            [cursor, 'text', '600000', '600000', mark, 'day', cursor],
          ] as const)
      const real = await link.run(script, names, args)
      const now = isAppend ? Number((real as unknown[])[3]) : Date.now()
      // Redis 7.0 reads its clock once more for the id of an entry.
      const newest = (await read()).at(-1)?.[0].split('-')[0]
      const moment = { now, entryTime: Math.max(now, Number(newest ?? 0)), history, replicas: [] }
      expect(runScript(store, script, { keys: [...names], args: [...args], moment })).toEqual(real)
    }
    expect(store.data.stream).toEqual(await read())
    const days = await link.send(keys.history, ['HGET', keys.history, 'day'])
    expect(store.data.hashes.get(keys.history)?.get('day') ?? null).toEqual(days)
  })
  await fc.assert(property, { numRuns: 60 })
})
