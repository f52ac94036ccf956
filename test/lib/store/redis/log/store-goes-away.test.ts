import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { slotKey } from '../../../../../src/lib/quota/log/job-slots.ts'
import { RedisLink } from '../../../../../src/lib/store/redis/link/redis-link.ts'
import { SharedStore } from '../../../../../src/lib/store/redis/shared-store.ts'
import { writeCheckpoint } from '../../../../../src/lib/store/redis/log/stream-checkpoints.ts'
import { RedisServer, hasRedis } from '../../../../support/servers/redis-server.ts'
import { until } from '../../../../support/until.ts'

const program = fileURLToPath(
  new URL('../../../../support/processes/closing-ledger-process.ts', import.meta.url),
)
const GRACE_MS = 600

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

async function givenServer(...options: string[]): Promise<RedisServer> {
  const server = await RedisServer.start(...options)
  cleanUp.push(() => server.stop())
  return server
}

async function open(server: RedisServer) {
  const store = new SharedStore({ url: server.url, prefix: 'default', ack: 'primary' })
  cleanUp.push(() => store.close())
  const ledger = await store.openLedger({ graceMs: GRACE_MS })
  cleanUp.push(() => ledger.close())
  return { store, ledger }
}

const claim = { job: 'job_1', account: 'a', slot: '2026-11-30T07:00:00.000Z', alone: true } as const

test('a server that accepts a connection and never answers is given up, and its connection is closed', async () => {
  let closed = 0
  const silent = createServer((socket) => socket.resume().on('close', () => (closed += 1)))
  cleanUp.push(() => silent.close())
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  const link = new RedisLink(`redis://:pw@127.0.0.1:${(silent.address() as AddressInfo).port}`, {
    timeoutMs: 300,
  })
  cleanUp.push(() => link.close())
  await expect(link.send('k', ['PING'])).rejects.toMatchObject({ code: 'store_unreachable' })
  await until(() => closed === 1)
})

describe.skipIf(!hasRedis)('a store that goes away', () => {
  test('a process with a settlement to write ends, though the store is down', async () => {
    const server = await givenServer()
    const child = spawn(process.execPath, [program, server.url], { stdio: ['pipe', 'pipe', 'inherit'] })
    cleanUp.push(() => child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    await server.kill()
    child.stdin.end()
    await until(() => child.exitCode !== null)
    expect(child.exitCode).toBe(0)
  })

  test('no slot is claimed during the grace, and a claim that came too late leaves no open run', async () => {
    const server = await givenServer('--appendfsync', 'always')
    const { ledger } = await open(server)
    await ledger.catchUp()
    server.command('CLIENT', 'PAUSE', '2500', 'ALL')
    await expect(ledger.claimSlot(claim)).rejects.toMatchObject({ code: 'store_unreachable' })
    await until(async () => {
      await ledger.catchUp()
      const { last, runs } = ledger.state.jobs
      return last.has(slotKey('job_1', 'a')) && runs.size === 0
    })
    await server.kill()
    await server.start()
    const other = await open(server)
    const later = { ...claim, slot: '2026-11-30T08:00:00.000Z' }
    await expect(other.ledger.claimSlot(later)).rejects.toMatchObject({ code: 'store_unreachable' })
    await until(async () => (await other.ledger.claimSlot(later).catch(() => null)) !== null)
  })

  test('a reader that slept behind a trimmed log takes over the counts, and reports no loss', async () => {
    const server = await givenServer()
    const [one, sleeper] = [await open(server), await open(server)]
    await one.ledger.record([{ type: 'cool', subject: 'a', until: null, reason: 'auth-dead' }])
    await sleeper.ledger.catchUp()
    expect(sleeper.ledger.state.subjects.get('a')?.cooldowns.size).toBe(1)
    await one.ledger.record([{ type: 'clear', subject: 'a' }])
    const { fold } = await one.store.readLedger()
    await writeCheckpoint(one.store.link, one.store.keys, fold)
    server.command('XTRIM', one.store.keys.log, 'MINID', fold.cursor)
    await sleeper.ledger.catchUp()
    await sleeper.ledger.catchUp()
    const { state } = sleeper.ledger
    expect(state.subjects.get('a')?.cooldowns.size).toBe(0)
    expect(state.lost).toBeNull()
    expect(sleeper.ledger.problems).toEqual([])
  })

  test('a closed ledger counts as gone at once, and its number is forgotten later', async () => {
    const server = await givenServer()
    const [one, two] = [await open(server), await open(server)]
    await one.ledger.reserve({ account: 'a' })
    const { writer } = one.ledger.log
    expect(await two.store.livingWriters()).toContain(writer)
    await one.ledger.close()
    expect(await two.store.livingWriters()).not.toContain(writer)
    const { alive, writers } = two.store.keys
    expect(server.command('ZSCORE', alive, writer)).not.toBe('')
    expect(server.command('HGET', writers, writer)).not.toBe('')
  })

  test('a change between the reading of a document and the watch is noticed', async () => {
    const server = await givenServer()
    const [one, two] = [await open(server), await open(server)]
    const { revision } = await one.store.document('accounts').read()
    await two.store.document('accounts').write(revision, 'x')
    await one.ledger.catchUp()
    let calls = 0
    cleanUp.push(one.store.watchDocuments(() => (calls += 1)))
    await until(() => calls === 1)
  })
})
