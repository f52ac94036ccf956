import { spawn } from 'node:child_process'
import { afterEach, describe, expect, test } from 'vitest'
import type { Reservation } from '../../../../../src/lib/quota/ledger.ts'
import { standing } from '../../../../../src/lib/quota/standing.ts'
import type { TicketLedger } from '../../../../../src/lib/store/ledger/ticket-ledger.ts'
import { SharedStore } from '../../../../../src/lib/store/redis/shared-store.ts'
import { RedisServer, hasRedis } from '../../../../support/servers/redis-server.ts'
import { until } from '../../../../support/until.ts'

const GRACE_MS = 300
const MAX = 1000
const KEY = (name: string) => `{qwenctl:default}:${name}`

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

async function givenServer(...options: string[]): Promise<RedisServer> {
  const server = await RedisServer.start(...options)
  cleanUp.push(() => server.stop())
  return server
}

async function open({ url }: RedisServer): Promise<TicketLedger> {
  const store = new SharedStore({ url, prefix: 'default', ack: 'primary' })
  cleanUp.push(() => store.close())
  const ledger = await store.openLedger({ graceMs: GRACE_MS })
  cleanUp.push(() => ledger.close())
  const timer = setInterval(() => ledger.refresh(), 50)
  cleanUp.push(() => clearInterval(timer))
  return ledger
}

/** Two processes with one limit, of which some is used. */
async function givenTwo(server: RedisServer): Promise<{ ledgers: TicketLedger[]; granted: number }> {
  const ledgers = [await open(server), await open(server)]
  const limits = [{ metric: 'requests', window: 'day', max: MAX, source: 'configured' }] as const
  await ledgers[0]!.record([{ type: 'limits', account: 'a', limits: [...limits] }])
  await ledgers[1]!.catchUp()
  for (const ledger of ledgers) settle(ledger, await ledger.reserve({ account: 'a' }))
  return { ledgers, granted: 2 }
}

function settle(ledger: TicketLedger, reservation: Reservation | null): void {
  if (reservation !== null) ledger.settle(reservation, { outcome: 'ok', inputTokens: 1 })
}

/** Reserves, and returns the code of the error where the store refuses. */
function tryOnce(ledger: TicketLedger): Promise<Reservation | null | string> {
  return ledger.reserve({ account: 'a' }).catch((error: { code: string }) => error.code)
}

const isGranted = (found: Reservation | null | string): found is Reservation =>
  found !== null && typeof found !== 'string'

function used({ state }: TicketLedger): number {
  const limit = state.subjects.get('a')?.limits[0]
  return limit === undefined ? Number.NaN : standing(limit, state.now).used
}

/** Reserves until there is a grant; returns the number of grants (1). */
async function untilGranted(ledger: TicketLedger): Promise<number> {
  await until(async () => {
    const found = await tryOnce(ledger)
    if (!isGranted(found)) return false
    settle(ledger, found)
    return true
  })
  return 1
}

interface Trouble {
  name: string
  /** Makes every grant impossible until `mend`. */
  begin: (server: RedisServer) => void
  mend: (server: RedisServer) => void
}

const replaced = (name: string): Trouble => ({
  name: `a foreign value in the place of "${name}"`,
  begin: (server) => {
    server.command('RENAME', KEY(name), 'aside')
    server.command('SET', KEY(name), 'foreign')
  },
  mend: (server) => server.command('RENAME', 'aside', KEY(name)),
})

const troubles: Trouble[] = [
  ...['log', 'writers', 'meta', 'alive'].map(replaced),
  {
    name: 'a full memory (noeviction)',
    begin: (server) => server.command('CONFIG', 'SET', 'maxmemory', '1'),
    mend: (server) => server.command('CONFIG', 'SET', 'maxmemory', '0'),
  },
  {
    name: 'a demotion to a replica',
    begin: (server) => server.command('REPLICAOF', '127.0.0.1', '1'),
    mend: (server) => server.command('REPLICAOF', 'NO', 'ONE'),
  },
  {
    name: 'too few replicas for a write',
    begin: (server) => server.command('CONFIG', 'SET', 'min-replicas-to-write', '1'),
    mend: (server) => server.command('CONFIG', 'SET', 'min-replicas-to-write', '0'),
  },
  {
    name: 'a user without the right to append',
    begin: (server) => server.command('ACL', 'SETUSER', 'default', '-xadd'),
    mend: (server) => server.command('ACL', 'SETUSER', 'default', '+@all'),
  },
  {
    name: 'a user without the right to scripts',
    begin: (server) => server.command('ACL', 'SETUSER', 'default', '-evalsha', '-eval'),
    mend: (server) => server.command('ACL', 'SETUSER', 'default', '+@all'),
  },
  {
    name: 'a user without the right to the keys',
    begin: (server) => server.command('ACL', 'SETUSER', 'default', 'resetkeys', '~other:*'),
    mend: (server) => server.command('ACL', 'SETUSER', 'default', 'allkeys'),
  },
  {
    name: 'a slow script of another program',
    begin: (server) => {
      server.command('CONFIG', 'SET', 'busy-reply-threshold', '50')
      const slow = ['-p', String(server.port), 'EVAL', 'while true do end', '0']
      const child = spawn('redis-cli', slow, { stdio: 'ignore' })
      cleanUp.push(() => child.kill('SIGKILL'))
    },
    mend: (server) => server.command('SCRIPT', 'KILL'),
  },
]

describe.skipIf(!hasRedis)('trouble of the store', () => {
  test.each(troubles)(
    '$name: requests fail, and afterwards every grant is counted',
    async ({ begin, mend }) => {
      const server = await givenServer()
      const { ledgers, granted: before } = await givenTwo(server)
      let granted = before
      const held = await ledgers[0]!.reserve({ account: 'a' })
      granted += 1
      begin(server)
      const look = async (ledger: TicketLedger) => {
        const found = await tryOnce(ledger)
        if (!isGranted(found)) return found
        granted += 1 // some troubles show at the next heartbeat
        settle(ledger, found)
        return 'granted'
      }
      for (const ledger of ledgers)
        await expect.poll(() => look(ledger), { interval: 50 }).toBe('store_unreachable')
      settle(ledgers[0]!, held)
      for (const ledger of ledgers) {
        const found = await Promise.all(Array.from({ length: 5 }, () => tryOnce(ledger)))
        expect(new Set(found)).toEqual(new Set(['store_unreachable']))
      }
      mend(server)
      for (const ledger of ledgers) granted += await untilGranted(ledger)
      for (const ledger of ledgers) await expect.poll(() => used(ledger)).toBe(granted)
      await expect.poll(() => ledgers[1]!.state.open.size).toBe(0)
    },
    60_000,
  )

  const losses: [string, (server: RedisServer) => unknown][] = [
    ['the log is removed', (server) => server.command('DEL', KEY('log'))],
    ['the log is renamed', (server) => server.command('RENAME', KEY('log'), 'elsewhere')],
    ['the numbers of the writers are removed', (server) => server.command('DEL', KEY('writers'))],
    ['the facts of the server are removed', (server) => server.command('DEL', KEY('meta'))],
    ['the database is flushed', (server) => server.command('FLUSHALL')],
    ['all connections are killed', (server) => server.command('CLIENT', 'KILL', 'TYPE', 'normal')],
    ['all scripts are flushed', (server) => server.command('SCRIPT', 'FLUSH')],
  ]
  test.each(losses)(
    'when %s, counting comes back without help and no grant is lost',
    async (_name, strike) => {
      const server = await givenServer()
      const { ledgers, granted: before } = await givenTwo(server)
      let granted = before
      strike(server)
      for (const ledger of ledgers) granted += await untilGranted(ledger)
      for (const ledger of ledgers) granted += await untilGranted(ledger)
      for (const ledger of ledgers) await expect.poll(() => used(ledger)).toBe(granted)
      const late = await open(server)
      expect(used(late)).toBe(granted)
    },
    60_000,
  )

  const foreign: [string, string[]][] = [
    ['no fields of ours', ['some', 'thing']],
    ['a number that is none', ['w', 'x', 'n', 'y', 'e', 'not json']],
    ['lines that are no events', ['w', 'x', 'n', '1', 'e', '{"type":"reserve"}\n[]\nnull\n"']],
    ['a huge value', ['w', 'x', 'n', '1', 'e', 'x'.repeat(100_000)]],
  ]
  test.each(foreign)(
    'an entry of another program with %s is skipped by all',
    async (_name, fields) => {
      const server = await givenServer()
      const { ledgers, granted: before } = await givenTwo(server)
      let granted = before
      server.command('XADD', KEY('log'), '*', ...fields)
      for (const ledger of ledgers) granted += await untilGranted(ledger)
      for (const ledger of ledgers) await expect.poll(() => used(ledger)).toBe(granted)
      server.command('XADD', KEY('log'), '*', ...fields)
      for (const ledger of ledgers) granted += await untilGranted(ledger)
      expect(used(await open(server))).toBe(granted)
    },
    60_000,
  )

  test('an entry of another program with bytes that are no UTF-8 is skipped by all', async () => {
    const server = await givenServer()
    const { ledgers, granted: before } = await givenTwo(server)
    let granted = before
    for (const ledger of ledgers) await ledger.catchUp()
    server.command(
      'EVAL',
      String.raw`redis.call('XADD', KEYS[1], '*', 'a', '\255', 'b', 'c')`,
      '1',
      KEY('log'),
    )
    for (const ledger of ledgers) await ledger.catchUp() // the entry is the last one that it has read
    for (const ledger of ledgers) granted += await untilGranted(ledger)
    for (const ledger of ledgers) await expect.poll(() => used(ledger)).toBe(granted)
    expect(used(await open(server))).toBe(granted)
  }, 60_000)
})
