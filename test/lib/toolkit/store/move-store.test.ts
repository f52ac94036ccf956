import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { openToolkit } from '../../../../src/lib/toolkit/open-toolkit.ts'
import type { Toolkit } from '../../../../src/lib/toolkit/toolkit.ts'
import { makeKey, newAccount } from '../../../support/servers/proxy-harness.ts'
import { RedisServer, hasRedis } from '../../../support/servers/redis-server.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

/** Never asked. */
const BASE = 'http://127.0.0.1:9/v1'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step()
})

async function givenServer(...options: string[]): Promise<RedisServer> {
  const server = await RedisServer.start(...options)
  cleanUp.push(() => server.stop())
  return server
}

async function withToolkit<R>(
  home: string,
  action: (toolkit: Toolkit) => Promise<R>,
  env: Record<string, string> = {},
): Promise<R> {
  const toolkit = openToolkit({ env: { QWENCTL_HOME: home, ...env }, scryptCost: 1024 })
  try {
    return await action(toolkit)
  } finally {
    await toolkit.close()
  }
}

/** A home with an account, a client key, a template, and some counted requests. */
async function givenUsedHome(): Promise<string> {
  const home = temporaryFolder()
  await withToolkit(home, async (toolkit) => {
    const account = await toolkit.accounts.add(newAccount({ name: 'a', limits: ['20/day', '6/5h'] }, BASE))
    await toolkit.keys.create({ name: 'ci', limits: ['9/day'] })
    await toolkit.templates.save('small', 'a', {})
    const ledger = await toolkit.ledger()
    for (let round = 0; round < 4; round += 1) {
      const reservation = await ledger.reserve({ account: account.id })
      if (round < 3)
        ledger.settle(reservation!, { outcome: 'ok', model: 'm', inputTokens: 5, outputTokens: 2 })
    }
  })
  return home
}

async function shown(home: string) {
  return withToolkit(home, async (toolkit) => {
    const { accounts, totals } = await toolkit.quotas.show([])
    const { rows } = await toolkit.history.show({ days: 2, per: 'day', by: 'model' })
    const keys = await toolkit.keys.records()
    const templates = await toolkit.templates.list()
    const counted = accounts.map(({ id, limits, today }) => ({
      id,
      today,
      limits: limits.map(({ metric, window, max, used }) => ({ metric, window, max, used })),
    }))
    return { counted, totals, rows, keys, templates }
  })
}

describe.skipIf(!hasRedis)('a move of the store', () => {
  test('to Redis and back keeps accounts, keys, templates, counts and history as they were', async () => {
    const server = await givenServer()
    const home = await givenUsedHome()
    const before = await shown(home)
    expect(before.counted[0]!.limits.map(({ used }) => used)).toEqual([4, 4])
    await withToolkit(home, (toolkit) => toolkit.store.move(server.url, {}))
    expect(await shown(home)).toEqual(before)
    expect(readFileSync(join(home, 'accounts.json'), 'utf8')).not.toContain('sealed')
    const moved = await withToolkit(home, (toolkit) => toolkit.store.move('files', {}))
    expect(existsSync(moved.kept)).toBe(true)
    expect(await shown(home)).toEqual(before)
    expect(server.command('KEYS', '*')).toBe('')
  })

  test('counts continue in the new store, and both homes see them', async () => {
    const server = await givenServer()
    const home = await givenUsedHome()
    await withToolkit(home, (toolkit) => toolkit.store.move(server.url, {}))
    const other = temporaryFolder()
    copyFileSync(join(home, 'master.key'), join(other, 'master.key'))
    await withToolkit(
      other,
      async (toolkit) => {
        const [account] = (await toolkit.quotas.show([])).accounts
        const ledger = await toolkit.ledger()
        const results = await Promise.all(
          Array.from({ length: 5 }, () => ledger.reserve({ account: account!.id })),
        )
        expect(results.filter((reservation) => reservation !== null)).toHaveLength(2)
      },
      { QWENCTL_STORE_URL: server.url },
    )
    expect((await shown(home)).counted[0]!.limits.map(({ used }) => used)).toEqual([6, 6])
  })

  test('to a store with content is refused, and changes nothing', async () => {
    const server = await givenServer()
    const [one, two] = [await givenUsedHome(), await givenUsedHome()]
    await withToolkit(one, (toolkit) => toolkit.store.move(server.url, {}))
    const before = await shown(two)
    const content = await shown(one)
    await expect(withToolkit(two, (toolkit) => toolkit.store.move(server.url, {}))).rejects.toThrow(
      /has content/,
    )
    expect(await shown(two)).toEqual(before)
    expect(await shown(one)).toEqual(content)
    await withToolkit(two, (toolkit) => toolkit.store.move(server.url, { prefix: 'two' }))
    expect(await shown(two)).toEqual(before)
  })

  test('while a process counts on the store, a move back is refused', async () => {
    const server = await givenServer()
    const home = await givenUsedHome()
    await withToolkit(home, (toolkit) => toolkit.store.move(server.url, {}))
    await withToolkit(home, async (busy) => {
      await busy.ledger()
      await expect(withToolkit(home, (toolkit) => toolkit.store.move('files', {}))).rejects.toThrow(
        /count on the store/,
      )
    })
    await withToolkit(home, (toolkit) => toolkit.store.move('files', {}))
  })

  test('a password in the URL is refused as an argument; from a variable it is used, and never shown', async () => {
    const server = await givenServer('--requirepass', 's3cret')
    const home = await givenUsedHome()
    const move = (url: string, env: Record<string, string>) =>
      withToolkit(home, (toolkit) => toolkit.store.move(url, { passwordVariable: 'PW' }), env)
    await expect(move(server.url.replace('//', '//:s3cret@'), {})).rejects.toThrow(/arguments are visible/)
    const moved = await move(server.url, { PW: 's3cret' })
    expect(JSON.stringify(moved)).not.toContain('s3cret')
    const view = await withToolkit(home, (toolkit) => toolkit.store.show())
    expect(JSON.stringify(view)).not.toContain('s3cret')
    expect(await withToolkit(home, (toolkit) => toolkit.settings.get('store.url'))).not.toContain('s3cret')
    expect((await shown(home)).counted).toHaveLength(1)
  })
})

describe.skipIf(!hasRedis)('a machine of a shared store', () => {
  test('with another master key, or none, it opens no credential and makes no key', async () => {
    const server = await givenServer()
    const home = await givenUsedHome()
    await withToolkit(home, (toolkit) => toolkit.store.move(server.url, {}))
    const env = { QWENCTL_STORE_URL: server.url }
    const other = temporaryFolder()
    const add = (folder: string, name: string) =>
      withToolkit(folder, (toolkit) => toolkit.accounts.add(newAccount({ name }, BASE)), env)
    await expect(add(other, 'b')).rejects.toThrow(/master key of another machine/)
    expect(existsSync(join(other, 'master.key'))).toBe(false)
    const stranger = await givenUsedHome() // it has a key of its own
    await expect(add(stranger, 'c')).rejects.toThrow(/master key of another machine/)
    copyFileSync(join(home, 'master.key'), join(other, 'master.key'))
    await add(other, 'b')
    expect((await shown(home)).counted).toHaveLength(2)
  })

  test('with the same passphrase, it has the same key', async () => {
    const server = await givenServer()
    const env = { QWENCTL_STORE_URL: server.url, QWENCTL_PASSPHRASE: 'correct horse battery' }
    const [one, two] = [temporaryFolder(), temporaryFolder()]
    await withToolkit(one, (toolkit) => toolkit.accounts.add(newAccount({ name: 'a' }, BASE)), env)
    await withToolkit(two, (toolkit) => toolkit.accounts.add(newAccount({ name: 'b' }, BASE)), env)
    const wrong = { ...env, QWENCTL_PASSPHRASE: 'another one entirely' }
    await expect(
      withToolkit(
        temporaryFolder(),
        (toolkit) => toolkit.accounts.add(newAccount({ name: 'c' }, BASE)),
        wrong,
      ),
    ).rejects.toThrow(/does not open/)
  })

  test('a backup of it restores to files with the same counts', async () => {
    const server = await givenServer()
    const home = await givenUsedHome()
    const before = await shown(home)
    await withToolkit(home, (toolkit) => toolkit.store.move(server.url, {}))
    const file = join(temporaryFolder(), 'backup')
    await withToolkit(home, (toolkit) => toolkit.backups.write(file, 'a passphrase for it'))
    const target = temporaryFolder()
    await withToolkit(target, async (toolkit) => {
      const backup = await toolkit.backups.open(file, 'a passphrase for it')
      await backup.apply('replace')
    })
    expect(makeKey('a')).not.toBe('')
    expect((await shown(target)).counted).toEqual(before.counted)
  })
})
