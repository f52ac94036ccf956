import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { reachHint } from '../../../../../src/lib/store/redis/link/reach-hint.ts'
import { maskRedisUrl, readRedisUrl } from '../../../../../src/lib/store/redis/link/redis-url.ts'
import { SharedStore } from '../../../../../src/lib/store/redis/shared-store.ts'
import { runBinary } from '../../../../support/cli.ts'
import { RedisServer, hasRedis } from '../../../../support/servers/redis-server.ts'
import { temporaryFolder } from '../../../../support/temp-folder.ts'
import { until } from '../../../../support/until.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

async function givenServer(...options: string[]): Promise<RedisServer> {
  const server = await RedisServer.start(...options)
  cleanUp.push(() => server.stop())
  return server
}

async function open(url: string) {
  const store = new SharedStore({ url, prefix: 'default', ack: 'primary' })
  cleanUp.push(() => store.close())
  const ledger = await store.openLedger({ graceMs: 500 })
  cleanUp.push(() => ledger.close())
  return { store, ledger }
}

describe('the URL of a store', () => {
  test.each([
    ['redis://h', { kind: 'standalone', hosts: [{ host: 'h', port: 6379 }], tls: false, database: 0 }],
    ['rediss://u:p%40w@h:1/3', { tls: true, username: 'u', password: 'p@w', database: 3 }],
    ['redis://:pw@[::1]:7', { hosts: [{ host: '::1', port: 7 }], username: null, password: 'pw' }],
    ['redis+sentinel://a,b:1/main/2', { kind: 'sentinel', name: 'main', database: 2 }],
    [
      'redis+cluster://a:1,b:2',
      {
        kind: 'cluster',
        hosts: [
          { host: 'a', port: 1 },
          { host: 'b', port: 2 },
        ],
      },
    ],
  ])('%s is read', (url, parts) => {
    expect(readRedisUrl(url)).toMatchObject(parts)
  })

  test.each([
    '',
    'http://h',
    'redis://',
    'redis://a,b',
    'redis+sentinel://a',
    'redis+cluster://a/1',
    'redis://h:99999',
  ])('%j is refused', (url) => expect(readRedisUrl(url)).toBeNull())

  test.each([
    ['redis://u:secret@h/1', 'redis://u:…@h/1'],
    ['redis://:secret@h', 'redis://:…@h'],
    ['redis://secret@h', 'redis://…@h'],
    ['secret@somewhere', '…'],
    ['redis://h', 'redis://h'],
  ])('%s is shown without its password', (url, shown) => expect(maskRedisUrl(url)).toBe(shown))
})

describe('the next step for a store that is not reached', () => {
  test.each([
    ['connect ECONNREFUSED 127.0.0.1:6379', false, 'start Redis'],
    ['getaddrinfo ENOTFOUND store.example', false, 'host name'],
    ['NOAUTH Authentication required.', false, 'USER:PASSWORD@'],
    ["NOPERM this user has no permissions to run the 'eval' command", false, 'rights'],
    ['All the root nodes are unavailable', false, 'redis://'],
    ['None of the sentinels are available', false, 'sentinels'],
    ['self-signed certificate in certificate chain', true, 'NODE_EXTRA_CA_CERTS'],
    ['tlsv13 alert certificate required', true, 'tls-auth-clients'],
    ['read ECONNRESET', false, 'rediss://'],
    ['Connection timeout', true, 'redis://'],
  ])('%j names it', (reason, hasTls, step) => expect(reachHint(reason, hasTls)).toContain(step))

  test.each([
    ['read ECONNRESET', true],
    ['Connection timeout', false],
    ['no answer for 5000 ms', false],
  ])('%j has none beyond the usual', (reason, hasTls) => expect(reachHint(reason, hasTls)).toBeNull())
})

describe.skipIf(!hasRedis)('other forms of a server', () => {
  test('an ACL user and a password open the store; a wrong password is named', async () => {
    const server = await givenServer('--requirepass', 'pw')
    const { ledger } = await open(server.url.replace('//', '//default:pw@'))
    expect(await ledger.reserve({ account: 'a' })).not.toBeNull()
    await expect(open(server.url.replace('//', '//default:wrong@'))).rejects.toMatchObject({
      code: 'store_unreachable',
      message: expect.not.stringContaining('wrong') as string,
    })
  })

  test('the rights that the guide names suffice, and a missing right is named', async () => {
    const server = await givenServer()
    const guide = readFileSync(
      join(import.meta.dirname, '../../../../../docs/guide/several-machines.md'),
      'utf8',
    )
    const [, line = ''] = /^ {4}(ACL SETUSER .*)$/m.exec(guide) ?? []
    server.command(...line.replace('PASSWORD', 'pw').split(' '))
    const url = server.url.replace('//', '//gateway:pw@')
    const { ledger, store } = await open(url)
    expect(await ledger.reserve({ account: 'a' })).not.toBeNull()
    expect(await store.document('accounts').write('0', 'x')).toBe(true)
    expect(await store.livingWriters()).toHaveLength(1)
    await store.withLock('login', async () => undefined)
    server.command('ACL', 'SETUSER', 'gateway', '-eval', '-evalsha')
    await expect(open(url)).rejects.toMatchObject({
      hint: expect.stringContaining('several machines') as string,
    })
  })

  test('a server with TLS is reached by rediss://, and its authority must be known', async () => {
    const server = await RedisServer.startTls()
    cleanUp.push(() => server.stop())
    const check = (url: string, authority?: string) =>
      runBinary(temporaryFolder(), ['store', 'check'], {
        env: { QWENCTL_STORE_URL: url, NODE_EXTRA_CA_CERTS: authority },
      })
    const tls = `rediss://localhost:${server.port}`
    const authority = join(import.meta.dirname, '../../../../support/certs/authority.pem')
    expect(await check(tls, authority)).toMatchObject({ exit: 0 })
    const unknown = await check(tls)
    expect(unknown).toMatchObject({
      exit: 6,
      stdout: expect.stringContaining('NODE_EXTRA_CA_CERTS') as string,
    })
    const plain = await check(`redis://localhost:${server.port}`)
    expect(plain).toMatchObject({ exit: 6, stdout: expect.stringContaining('write rediss://') as string })
  })

  test('when a shard of a cluster fails over, counting continues on its replica and nothing is lost', async () => {
    const nodes: RedisServer[] = []
    const options = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '1000']
    for (let index = 0; index < 4; index += 1) nodes.push(await givenServer(...options))
    const [first, second, third, replica] = nodes as [RedisServer, RedisServer, RedisServer, RedisServer]
    for (const node of nodes.slice(1)) first.command('CLUSTER', 'MEET', '127.0.0.1', String(node.port))
    first.command('CLUSTER', 'ADDSLOTSRANGE', '0', '5460')
    second.command('CLUSTER', 'ADDSLOTSRANGE', '5461', '10922')
    third.command('CLUSTER', 'ADDSLOTSRANGE', '10923', '16383')
    for (const node of nodes) await until(() => node.command('CLUSTER', 'INFO').includes('cluster_state:ok'))
    const slot = Number(first.command('CLUSTER', 'KEYSLOT', '{qwenctl:default}'))
    const owner = slot <= 5460 ? first : slot <= 10_922 ? second : third
    await until(() => replica.command('CLUSTER', 'NODES').split('\n').length === 4)
    replica.command('CLUSTER', 'REPLICATE', owner.command('CLUSTER', 'MYID'))
    await until(() => replica.command('INFO', 'replication').includes('master_link_status:up'))
    await until(() => owner.command('INFO', 'replication').includes('connected_slaves:1'))

    const { ledger } = await open(
      `redis+cluster://${nodes.map((node) => `127.0.0.1:${node.port}`).join(',')}`,
    )
    const record = { metric: 'requests', window: 'day', max: 5, source: 'configured' } as const
    await ledger.record([{ type: 'limits', account: 'a', limits: [record] }])
    for (let round = 0; round < 3; round += 1) expect(await ledger.reserve({ account: 'a' })).not.toBeNull()
    await owner.kill()
    let granted = 0
    await until(async () => {
      const reservation = await ledger.reserve({ account: 'a' }).catch(() => undefined)
      if (reservation) granted += 1
      return reservation === null
    })
    expect(granted).toBe(2)
    expect(replica.command('INFO', 'replication')).toContain('role:master')
  })

  test('a cluster keeps a home on one shard', async () => {
    const server = await givenServer('--cluster-enabled', 'yes')
    server.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    await until(() => server.command('CLUSTER', 'INFO').includes('cluster_state:ok'))
    const { ledger, store } = await open(`redis+cluster://127.0.0.1:${server.port}`)
    expect(await ledger.reserve({ account: 'a' })).not.toBeNull()
    expect(await store.document('accounts').write('0', 'x')).toBe(true)
  })

  test('when Sentinel fails over to the replica, counting continues there and nothing is lost', async () => {
    const primary = await givenServer()
    const replica = await givenServer('--replicaof', '127.0.0.1', String(primary.port))
    await until(() => replica.command('INFO', 'replication').includes('master_link_status:up'))
    const sentinel = await RedisServer.startSentinel(primary.port)
    cleanUp.push(() => sentinel.stop())
    const { ledger } = await open(`redis+sentinel://127.0.0.1:${sentinel.port}/main`)
    const record = { metric: 'requests', window: 'day', max: 5, source: 'configured' } as const
    await ledger.record([{ type: 'limits', account: 'a', limits: [record] }])
    for (let round = 0; round < 3; round += 1) expect(await ledger.reserve({ account: 'a' })).not.toBeNull()
    await until(() => sentinel.command('SENTINEL', 'REPLICAS', 'main').includes(String(replica.port)))
    await primary.kill()
    let granted = 0
    await until(async () => {
      const reservation = await ledger.reserve({ account: 'a' }).catch(() => undefined)
      if (reservation) granted += 1
      return reservation === null
    })
    expect(granted).toBe(2)
    expect(replica.command('INFO', 'replication')).toContain('role:master')
  })
})
