import { expect, test, vi } from 'vitest'
import { systemLoop } from '../../../../../src/lib/store/ledger/event-loop.ts'
import type { StoreLink } from '../../../../../src/lib/store/redis/link/redis-link.ts'
import { buildKeys } from '../../../../../src/lib/store/redis/link/scripts.ts'
import { formatFold } from '../../../../../src/lib/store/redis/log/fold-cut.ts'
import { StreamCheckpoints } from '../../../../../src/lib/store/redis/log/stream-checkpoints.ts'
import { StreamFold } from '../../../../../src/lib/store/redis/log/stream-fold.ts'
import { Store, runCommand, runScript } from '../../../../simulation/model-redis.ts'

/** A store in memory. Every command comes a minute after the one before. */
function givenStore() {
  const store = new Store()
  const commands: string[] = []
  let now = Date.parse('2026-11-22T12:00:00Z')
  const nextMoment = () => ({ now: (now += 60_000), history: 'h', replicas: [] })
  const link: StoreLink = {
    shown: 'memory',
    send: (_key, args) => {
      commands.push(args[0]!)
      return Promise.resolve(runCommand(store, args, nextMoment()))
    },
    run: (script, keys, args) => {
      commands.push('script')
      const call = { keys: [...keys], args: [...args], moment: nextMoment() }
      return Promise.resolve(runScript(store, script, call))
    },
  }
  return { store, link, commands }
}

/** Folds entries with one reservation each, as the store has them. */
function read({ data }: Store, fold: StreamFold, count: number): void {
  for (let number = 0; number < count; number += 1) {
    const entry = data.stream.length + 1
    const id = `${Date.parse('2026-11-22T11:00:00Z')}-${entry}`
    const fields = ['w', 'w', 'n', String(entry), 'e', ''] as ['w', string, 'n', string, 'e', string]
    data.stream.push([id, fields])
    fold.foldEvents(id, fields, [
      { type: 'reserve', id: `w-${entry}`, account: `a${entry}`, at: '2026-11-22T11:00:00.000Z' },
    ])
  }
}

test('the checkpoint at the close waits for the one in the making', async () => {
  const { store, link, commands } = givenStore()
  const keys = buildKeys('checkpoints')
  const fold = new StreamFold()
  const turns: (() => void)[] = []
  const checkpoints = new StreamCheckpoints(link, keys, { ...systemLoop, soon: (turn) => turns.push(turn) })
  read(store, fold, 5_000)
  const running = checkpoints.afterCall(fold)
  await vi.waitFor(() => expect(turns).toHaveLength(1)) // between two pieces
  read(store, fold, 2_001)
  let isClosed = false
  const closing = checkpoints.atClose(fold).finally(() => (isClosed = true))
  expect(commands).toEqual(['SET'])
  while (!isClosed) {
    for (const turn of turns.splice(0)) turn()
    await new Promise(setImmediate)
  }
  await Promise.all([running, closing])
  expect(commands).toEqual(['SET', 'script', 'SET', 'script'])
  expect(fold.state.watcher).toBeNull()
  expect(store.data.hash(keys.checkpoint).get('text')).toBe(formatFold(fold))
})
