// Documents in a store that a failover takes back to an earlier state.

import { expect, onTestFinished, test } from 'vitest'
import { JsonDocument } from '../../../../src/lib/store/documents/document.ts'
import { IMPORT_STORE } from '../../../../src/lib/store/redis/link/scripts.ts'
import { SharedStore } from '../../../../src/lib/store/redis/shared-store.ts'
import { RedisServer, hasRedis } from '../../../support/servers/redis-server.ts'

interface Notes {
  version: 1
  text: string
}

/** The same document as two machines have it. */
async function givenMachines() {
  const server = await RedisServer.start()
  onTestFinished(() => server.stop())
  const machines = [1, 2].map(() => {
    const store = new SharedStore({ url: server.url, prefix: 'default', ack: 'primary' })
    onTestFinished(() => store.close())
    const document = new JsonDocument<Notes>({
      file: 'no-such-file.json',
      kind: 'notes',
      version: 1,
      empty: () => ({ version: 1, text: '' }),
      shared: () => Promise.resolve(store.document('notes')),
    })
    const write = (text: string) => document.update((data) => void (data.text = text))
    return { store, document, write }
  })
  return { server, one: machines[0]!, two: machines[1]! }
}

/** Remembers the documents as a replica has them. Returns what the failover to that replica does. */
function rememberReplica(server: RedisServer, { store }: { store: SharedStore }): () => void {
  const { docs, meta } = store.keys
  const read = (key: string, ...fields: string[]) => fields.map((field) => server.command('HGET', key, field))
  const [text = '', revision = ''] = read(docs, 'notes', 'notes:rev')
  const [changes = ''] = read(meta, 'docs')
  return () => {
    server.command('HSET', docs, 'notes', text, 'notes:rev', revision)
    server.command('HSET', meta, 'docs', changes)
  }
}

test.skipIf(!hasRedis)('a write after a failover is seen by a process that knows the lost one', async () => {
  const { server, one, two } = await givenMachines()
  await one.write('first')
  const failOver = rememberReplica(server, one)
  await one.write('lost')
  expect(await one.document.readKept()).toMatchObject({ text: 'lost' })
  const lost = server.command('HGET', one.store.keys.meta, 'docs')
  failOver()
  await two.write('second')
  expect(await one.document.readKept()).toMatchObject({ text: 'second' })
  expect(server.command('HGET', one.store.keys.meta, 'docs')).not.toBe(lost)
})

test.skipIf(!hasRedis)(
  'a change that began before a failover does not replace a write after it',
  async () => {
    const { server, one, two } = await givenMachines()
    await one.write('first')
    const failOver = rememberReplica(server, one)
    await one.write('lost')
    const shared = one.store.document('notes')
    const { revision } = await shared.read()
    failOver()
    await two.write('second')
    expect(await shared.write(revision, '{"version":1,"text":"late"}')).toBe(false)
    expect(await two.document.read()).toMatchObject({ text: 'second' })
  },
)

test.skipIf(!hasRedis)('a document that does not change is the same object', async () => {
  const { one } = await givenMachines()
  await one.write('first')
  expect(await one.document.readKept()).toBe(await one.document.readKept())
})

test.skipIf(!hasRedis)('a restored document is newer than the one that it replaces', async () => {
  const { server, one, two } = await givenMachines()
  await one.write('first')
  const shared = one.store.document('notes')
  const { revision } = await shared.read()
  expect(await two.document.readKept()).toMatchObject({ text: 'first' })
  const { log, writers, meta, checkpoint, history, docs, notices } = one.store.keys
  const changes = server.command('HGET', meta, 'docs')
  const names = [log, writers, meta, checkpoint, history, docs, notices]
  const restored = '{"version":1,"text":"restored"}'
  const content = ['replace', '{}', '2', 'other', 'x', 'notes', restored, '1', '2026-11-21', 'day']
  expect(await one.store.link.run(IMPORT_STORE, names, content)).toBe(1)
  expect(Number((await shared.read()).revision)).toBeGreaterThan(Number(revision))
  expect(Number(server.command('HGET', meta, 'docs'))).toBeGreaterThan(Number(changes))
  expect(await two.document.readKept()).toMatchObject({ text: 'restored' })
  expect(await shared.write(revision, '{"version":1,"text":"late"}')).toBe(false)
  expect(server.command('HGET', history, '2026-11-21')).toBe('day')
})
