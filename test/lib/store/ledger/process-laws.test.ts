// The laws of counting for separate processes, over both homes of the log.

import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { stateToJson } from '../../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import type { LedgerState } from '../../../../src/lib/quota/log/state.ts'
import { standing } from '../../../../src/lib/quota/standing.ts'
import { count, listHomeKinds, setLimits } from '../../../support/ledger-homes.ts'

const DAY = 86_400_000

function used({ subjects, now }: LedgerState): number {
  return standing(subjects.get('a')!.limits[0]!, now).used
}

describe.each(listHomeKinds())('in $name', ({ given, isHere, processes }) => {
  test.skipIf(!isHere)('all together get exactly the limit, each reservation once', async () => {
    const home = await given()
    const ledger = await home.open()
    await setLimits(ledger, 'a', '100/35d')
    const granted = (
      await Promise.all(Array.from({ length: processes }, () => count(home, 'count', 'a', '60')))
    ).flat()
    expect(granted).toHaveLength(100)
    expect(new Set(granted).size).toBe(100)
    await ledger.catchUp()
    expect(used(ledger.state)).toBe(100)
    expect(ledger.state.open.size).toBe(0)
    expect(stateToJson(await home.read())).toEqual(stateToJson(ledger.state))
  })

  test.skipIf(!isHere)('those that leave a share to others get exactly the rest', async () => {
    const home = await given()
    const ledger = await home.open()
    await setLimits(ledger, 'a', '50/35d')
    const keeping = Array.from({ length: processes }, () => count(home, 'count', 'a', '24', '0', '20'))
    expect((await Promise.all(keeping)).flat()).toHaveLength(40)
    expect(await ledger.reserve({ account: 'a', keep: 20 })).toBeNull()
    expect(await count(home, 'count', 'a', '24')).toHaveLength(10)
  })

  test.skipIf(!isHere)('with clocks on different days, they agree on one count and one order', async () => {
    const home = await given()
    const ledger = await home.open()
    await setLimits(ledger, 'a', '60/35d')
    const offsets = ['0', String(DAY), String(-DAY), String(2 * DAY)].slice(0, processes)
    const granted = (
      await Promise.all(offsets.map((offset) => count(home, 'count', 'a', '40', offset)))
    ).flat()
    expect(granted).toHaveLength(60)
    await ledger.catchUp()
    expect(used(ledger.state)).toBe(60)
    expect(stateToJson(await home.read())).toEqual(stateToJson(ledger.state))
  })

  test.skipIf(!isHere)(
    'a process killed at any moment has every granted reservation in the log',
    async () => {
      const home = await given()
      const ledger = await home.open()
      for (let round = 0; round < processes; round += 1) {
        const child = home.start('forever', 'a')
        let output = ''
        for await (const text of child.stdout as AsyncIterable<string>) {
          output += text
          if (output.length > 2000 * (round + 1)) break
        }
        child.kill('SIGKILL')
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
        await ledger.catchUp()
        const log = home.readLog()
        const granted = output.split('\n').slice(1, -1)
        expect(granted.filter((id) => !log.includes(id))).toEqual([])
        expect(ledger.state.open.size).toBeLessThanOrEqual(2 * (round + 1))
      }
    },
  )

  test.skipIf(!isHere)(
    'the requests in flight of a killed process stay charged, and it is known to be gone',
    async () => {
      const home = await given()
      const ledger = await home.open()
      await setLimits(ledger, 'a', '20/35d')
      const held = await count(home, 'hold', 'a', '8')
      await ledger.catchUp()
      expect(used(ledger.state)).toBe(8)
      expect([...ledger.state.open.entries()].map(({ id }) => id).sort()).toEqual(held.toSorted())
      home.silence(held[0]!)
      const isAlive = async () => {
        await ledger.catchUp()
        return held.some((id) => home.isWriterAlive(ledger, id))
      }
      await expect.poll(isAlive, { timeout: 10_000 }).toBe(false)
      const own = await ledger.reserve({ account: 'a' })
      expect(home.isWriterAlive(ledger, own!.id)).toBe(true)
    },
  )
})
