import { afterEach, describe, expect, test } from 'vitest'
import { parseLimit } from '../../../../../src/lib/quota/limit.ts'
import type { Reservation } from '../../../../../src/lib/quota/ledger.ts'
import { stateToJson } from '../../../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import { standing } from '../../../../../src/lib/quota/standing.ts'
import type { TicketLedger } from '../../../../../src/lib/store/ledger/ticket-ledger.ts'
import { SharedStore } from '../../../../../src/lib/store/redis/shared-store.ts'
import { writeCheckpoint } from '../../../../../src/lib/store/redis/log/stream-checkpoints.ts'
import { RedisServer, hasRedis } from '../../../../support/servers/redis-server.ts'
import { until } from '../../../../support/until.ts'

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

function givenStore({ url }: Pick<RedisServer, 'url'>, prefix = 'default'): SharedStore {
  const store = new SharedStore({ url, prefix, ack: 'primary' })
  cleanUp.push(() => store.close())
  return store
}

interface Opened {
  store: SharedStore
  ledger: TicketLedger
  problems: string[]
}

async function open(server: RedisServer): Promise<Opened> {
  const store = givenStore(server)
  const problems: string[] = []
  const ledger = await store.openLedger({ graceMs: GRACE_MS, onProblem: (problem) => problems.push(problem) })
  cleanUp.push(() => ledger.close())
  return { store, ledger, problems }
}

async function setLimit(ledger: TicketLedger, account: string, text: string): Promise<void> {
  const { metric, window, max } = parseLimit(text)
  await ledger.record([{ type: 'limits', account, limits: [{ metric, window, max, source: 'configured' }] }])
}

function used({ state }: TicketLedger, account: string): number {
  const found = state.subjects.get(account)?.limits[0]
  return found === undefined ? Number.NaN : standing(found, state.now).used
}

function isGranted(reservation: Reservation | null | string): reservation is Reservation {
  return reservation !== null && typeof reservation !== 'string'
}

/** Reserves, and answers the error's code where the store refuses. */
function tryOnce(ledger: TicketLedger, account: string): Promise<Reservation | null | string> {
  return ledger.reserve({ account }).catch((error: { code: string }) => error.code)
}

/** Polls as a proxy does. */
function follow(ledger: TicketLedger): void {
  const timer = setInterval(() => ledger.refresh(), 50)
  cleanUp.push(() => clearInterval(timer))
}

describe.skipIf(!hasRedis)('one order for all machines', () => {
  test('two processes fold the same state, and a new one starts from the checkpoint with the same', async () => {
    const server = await givenServer()
    const [one, two] = [await open(server), await open(server)]
    await setLimit(one.ledger, 'a', '30/day')
    const asks = Array.from({ length: 50 }, (_, index) => tryOnce((index % 2 ? one : two).ledger, 'a'))
    const granted = (await Promise.all(asks)).filter(isGranted)
    expect(granted).toHaveLength(30)
    one.ledger.settle(granted[0]!, { outcome: 'ok', inputTokens: 7, model: 'm' })
    await one.ledger.record([{ type: 'clear', subject: 'a' }]) // in the log after the settlement
    await one.ledger.catchUp()
    await two.ledger.catchUp()
    expect(stateToJson(two.ledger.state)).toEqual(stateToJson(one.ledger.state))
    const { fold } = await one.store.readLedger()
    await writeCheckpoint(one.store.link, one.store.keys, fold)
    await setLimit(one.ledger, 'b', '5/day')
    await one.ledger.catchUp()
    const three = await open(server)
    expect(stateToJson(three.ledger.state)).toEqual(stateToJson(one.ledger.state))
  })

  test('the server sets the time of a reservation, whatever the clock of a machine says', async () => {
    const server = await givenServer()
    const { ledger } = await open(server)
    const [seconds = '0'] = server.command('TIME').split('\n')
    const reservation = await ledger.reserve({ account: 'a' })
    expect(Math.abs(reservation!.at - Number(seconds) * 1000)).toBeLessThan(5_000)
  })
})

describe.skipIf(!hasRedis)('a store that fails', () => {
  test('without the store nothing is granted; it comes back without help, and settlements arrive then', async () => {
    const server = await givenServer('--appendfsync', 'always')
    const { ledger, problems } = await open(server)
    await setLimit(ledger, 'a', '10/day')
    const held = await ledger.reserve({ account: 'a' })
    await server.kill()
    expect(await tryOnce(ledger, 'a')).toBe('store_unreachable')
    ledger.settle(held!, { outcome: 'ok', inputTokens: 3 })
    expect(await tryOnce(ledger, 'a')).toBe('store_unreachable')
    await server.start()
    await until(async () => isGranted(await tryOnce(ledger, 'a')))
    await ledger.catchUp()
    expect(used(ledger, 'a')).toBe(2)
    expect(ledger.state.open.get(held!.id)).toBeUndefined()
    expect(problems.join('\n')).toContain('nothing is granted until it answers')
    expect(problems.at(-1)).toContain('answers again')
  })

  test('after a restart, no request is granted until the grace has passed', async () => {
    const server = await givenServer('--appendfsync', 'always')
    const { ledger } = await open(server)
    await ledger.reserve({ account: 'a' })
    await server.kill()
    await server.start()
    const began = performance.now()
    const other = await open(server)
    expect(await tryOnce(other.ledger, 'a')).toBe('store_unreachable')
    await until(async () => isGranted(await tryOnce(other.ledger, 'a')))
    expect(performance.now() - began).toBeGreaterThan(GRACE_MS * 0.9)
  })

  test('when the server lost acknowledged batches, their writer appends them again and nothing is granted twice', async () => {
    const server = await givenServer()
    const { ledger, store } = await open(server)
    const other = await open(server)
    follow(ledger)
    follow(other.ledger)
    await setLimit(ledger, 'a', '6/day')
    const before = server.command('XLEN', store.keys.log)
    for (let round = 0; round < 4; round += 1) expect(await ledger.reserve({ account: 'a' })).not.toBeNull()
    // As after a failover: the last entries are gone, and with them their numbers.
    const writer = ledger.log.writer
    const lost = server
      .command('XREVRANGE', store.keys.log, '+', '-', 'COUNT', '3')
      .split('\n')
      .filter((line) => /^\d+-\d+$/.test(line))
    expect(lost).toHaveLength(3)
    const number = Number(server.command('HGET', store.keys.writers, writer))
    server.command('XDEL', store.keys.log, ...lost)
    server.command('HSET', store.keys.writers, writer, String(number - 3))
    expect(Number(server.command('XLEN', store.keys.log))).toBe(Number(before) + 1)
    await until(() => Number(server.command('HGET', store.keys.writers, writer)) >= number)
    await other.ledger.catchUp()
    let granted = 0
    await until(async () => {
      const reply = await tryOnce(other.ledger, 'a') // unreachable until the grace after the loss ends
      if (isGranted(reply)) granted += 1
      return reply === null
    })
    expect(granted).toBe(2)
    expect(await tryOnce(ledger, 'a')).toBeNull()
    await ledger.catchUp()
    await other.ledger.catchUp()
    expect(used(ledger, 'a')).toBe(6)
    expect(used(other.ledger, 'a')).toBe(6)
  })

  test('when all data are gone, limits and the last minute are recorded again', async () => {
    const server = await givenServer()
    const { ledger } = await open(server)
    follow(ledger)
    await setLimit(ledger, 'a', '6/day')
    for (let round = 0; round < 4; round += 1) expect(await ledger.reserve({ account: 'a' })).not.toBeNull()
    server.command('FLUSHALL')
    await until(async () => {
      await ledger.catchUp()
      return used(ledger, 'a') === 4
    })
    await until(() => ledger.state.lost !== null)
    expect(ledger.state.lost?.what).toContain('lost acknowledged writes')
    await until(async () => isGranted(await tryOnce(ledger, 'a')))
    expect(isGranted(await tryOnce(ledger, 'a'))).toBe(true)
    expect(await tryOnce(ledger, 'a')).toBeNull()
  })

  test.each([
    [
      'the log alone is removed',
      (server: RedisServer, { keys }: SharedStore) => void server.command('DEL', keys.log),
    ],
    [
      'a new process is the first on an emptied store',
      async (server: RedisServer) => {
        server.command('FLUSHALL')
        const { ledger } = await open(server)
        await ledger.catchUp()
      },
    ],
  ])('when %s, waiting requests come behind the limits and the counts', async (_name, lose) => {
    const server = await givenServer()
    const { ledger, store } = await open(server)
    await setLimit(ledger, 'a', '5/day')
    for (let round = 0; round < 3; round += 1) expect(await ledger.reserve({ account: 'a' })).not.toBeNull()
    await lose(server, store)
    const waiting = await Promise.all(Array.from({ length: 10 }, () => tryOnce(ledger, 'a')))
    expect(waiting.map((result) => (isGranted(result) ? 'granted' : result))).toEqual(
      Array.from({ length: 10 }, () => 'store_unreachable'),
    )
    await until(async () => isGranted(await tryOnce(ledger, 'a')))
    expect(isGranted(await tryOnce(ledger, 'a'))).toBe(true)
    expect(await tryOnce(ledger, 'a')).toBeNull()
    expect(used(ledger, 'a')).toBe(5)
  })

  test('a checkpoint of entries that the log has lost is refused with its finished days', async () => {
    const server = await givenServer()
    const { ledger, store } = await open(server)
    await ledger.reserve({ account: 'a' })
    const { fold } = await store.readLedger()
    fold.finished.set('2026-11-21', new Map())
    server.command('DEL', store.keys.log)
    await writeCheckpoint(store.link, store.keys, fold)
    expect(server.command('EXISTS', store.keys.history, store.keys.checkpoint)).toBe('0')
    await ledger.reserve({ account: 'a' }).catch(() => null)
    await ledger.catchUp()
    const again = (await store.readLedger()).fold
    again.finished.set('2026-11-21', new Map())
    await writeCheckpoint(store.link, store.keys, again)
    expect(server.command('HKEYS', store.keys.history)).toBe('2026-11-21')
    expect(again.finished.size).toBe(0)
  })

  test('while the server is silent, requests fail, and what turns up in the log later is refunded', async () => {
    const server = await givenServer()
    const { ledger } = await open(server)
    await setLimit(ledger, 'a', '10/day')
    await ledger.catchUp()
    server.freeze()
    expect(await tryOnce(ledger, 'a')).toBe('store_unreachable')
    server.resume()
    await until(async () => isGranted(await tryOnce(ledger, 'a')))
    await until(async () => {
      await ledger.catchUp()
      return ledger.state.open.size === 1
    })
    expect(used(ledger, 'a')).toBe(1)
  })
})

describe.skipIf(!hasRedis)('a server that must not hold a store', () => {
  test('one that removes keys when its memory is full is refused', async () => {
    const store = givenStore(await givenServer('--maxmemory-policy', 'allkeys-lru'))
    await expect(store.openLedger()).rejects.toThrow(/removes keys when its memory is full/)
  })

  test('a replica is refused', async () => {
    const primary = await givenServer()
    const replica = await givenServer('--replicaof', '127.0.0.1', String(primary.port))
    await expect(givenStore(replica).openLedger()).rejects.toThrow(/it is a replica/)
  })

  test('with store.ack replica, nothing is granted without a replica', async () => {
    const server = await givenServer()
    const store = new SharedStore({ url: server.url, prefix: 'default', ack: 'replica' })
    cleanUp.push(() => store.close())
    const ledger = await store.openLedger()
    cleanUp.push(() => ledger.close())
    expect(await tryOnce(ledger, 'a')).toBe('store_unreachable')
    const replica = await givenServer('--replicaof', '127.0.0.1', String(server.port))
    await until(() => replica.command('INFO', 'replication').includes('master_link_status:up'))
    await until(async () => isGranted(await tryOnce(ledger, 'a')))
  })

  test('two prefixes are two stores', async () => {
    const server = await givenServer()
    const [one, two] = [givenStore(server, 'one'), givenStore(server, 'two')]
    expect(await one.document('accounts').write('0', 'x')).toBe(true)
    expect((await two.document('accounts').read()).text).toBeNull()
    expect((await one.document('accounts').read()).text).toBe('x')
  })
})
