// The laws of counting, from one source for both homes of the log: files, and a Redis stream.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatDay } from '../../../../src/lib/base/iso-time.ts'
import { stateToJson } from '../../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import { findTotals } from '../../../../src/lib/quota/log/totals.ts'
import type { Reservation } from '../../../../src/lib/quota/ledger.ts'
import type { TicketLedger } from '../../../../src/lib/store/ledger/ticket-ledger.ts'
import { listHomeKinds, setLimits, settle } from '../../../support/ledger-homes.ts'

/** As many reservations at once, in turn by each ledger. Returns those that were granted. */
async function reserve(
  ledgers: TicketLedger[],
  count: number,
  account = 'a',
  keep = 0,
): Promise<Reservation[]> {
  const all = Array.from({ length: count }, (_, index) =>
    ledgers[index % ledgers.length]!.reserve({ account, keep }),
  )
  return (await Promise.all(all)).filter((reservation) => reservation !== null)
}

describe.each(listHomeKinds())('in $name', ({ given, isHere, runs }) => {
  test.skipIf(!isHere)('requests of one turn get exactly what is left, and a reader sees it', async () => {
    const home = await given()
    const ledger = await home.open()
    await setLimits(ledger, 'a', '5/35d')
    expect(await reserve([ledger], 12)).toHaveLength(5)
    expect(await ledger.reserve({ account: 'a' })).toBeNull()
    expect((await home.read()).open.size).toBe(5)
  })

  test.skipIf(!isHere)('several ledgers together get exactly the limit, each reservation once', async () => {
    const home = await given()
    const ledgers = [await home.open(), await home.open(), await home.open()]
    await setLimits(ledgers[0]!, 'a', '30/35d')
    const granted = await reserve(ledgers, 90)
    expect(new Set(granted.map(({ id }) => id)).size).toBe(30)
    for (const ledger of ledgers) await ledger.catchUp()
    const [one, ...others] = ledgers.map(({ state }) => stateToJson(state))
    for (const other of [...others, stateToJson(await home.read())]) expect(other).toEqual(one)
  })

  test.skipIf(!isHere)('headroom stays free for those that keep none', async () => {
    const home = await given()
    const ledgers = [await home.open(), await home.open()]
    await setLimits(ledgers[0]!, 'a', '50/35d')
    expect(await reserve(ledgers, 60, 'a', 20)).toHaveLength(40)
    expect(await reserve(ledgers, 20)).toHaveLength(10)
  })

  test.skipIf(!isHere)('a settlement counts its tokens once, and a refund gives the room back', async () => {
    const home = await given()
    const [one, two] = [await home.open(), await home.open()]
    await setLimits(one, 'a', '2/35d')
    const [kept, returned] = await reserve([one], 2)
    await settle(one, kept!, { outcome: 'ok', inputTokens: 12, outputTokens: 30 })
    await settle(one, kept!, { outcome: 'ok', inputTokens: 12, outputTokens: 30 })
    await settle(one, returned!, { outcome: 'unreachable', refunded: true })
    await two.catchUp()
    expect(await reserve([two], 3)).toHaveLength(1)
    const state = await home.read()
    const day = formatDay(state.now)
    expect(findTotals(state, day, 'a')).toMatchObject({ requests: 2, inputTokens: 12, outputTokens: 30 })
  })

  test.skipIf(!isHere)('a request that several subjects count needs room in all of them', async () => {
    const home = await given()
    const ledger = await home.open()
    await setLimits(ledger, 'a', '9/35d')
    await setLimits(ledger, 'key', '2/35d')
    const ask = () => ledger.reserve({ account: 'a', also: ['key'] })
    const granted = (await Promise.all([ask(), ask(), ask()])).filter((reservation) => reservation !== null)
    expect(granted).toHaveLength(2)
    expect(await reserve([ledger], 9)).toHaveLength(7)
  })

  test.skipIf(!isHere)('a raised limit and a reset hold for every ledger at once', async () => {
    const home = await given()
    const [one, two] = [await home.open(), await home.open()]
    await setLimits(one, 'a', '2/35d')
    expect(await reserve([one], 5)).toHaveLength(2)
    await setLimits(two, 'a', '3/35d')
    await one.catchUp()
    expect(await reserve([one], 5)).toHaveLength(1)
    await one.record([{ type: 'reset', account: 'a' }])
    await two.catchUp()
    expect(await reserve([two], 5)).toHaveLength(3)
  })

  test.skipIf(!isHere)(
    'a key that was used lately keeps its counts when it is dropped, for every ledger',
    async () => {
      const home = await given()
      const [one, two] = [await home.open(), await home.open()]
      await setLimits(one, 'key_1', '2/35d')
      await setLimits(one, 'key_2', '2/35d')
      expect(await one.reserve({ account: 'a', also: ['key_1'] })).not.toBeNull()
      // The limits of a key come before the key itself, so key_2 may be new.
      await two.record([
        { type: 'drop', account: 'key_1' },
        { type: 'drop', account: 'key_2' },
      ])
      await one.catchUp()
      for (const key of ['key_1', 'key_2']) {
        const ask = () => one.reserve({ account: 'a', also: [key] })
        const granted = (await Promise.all([ask(), ask(), ask()])).filter((each) => each !== null)
        expect(granted).toHaveLength(key === 'key_1' ? 1 : 2)
      }
      expect([...(await home.read()).subjects.keys()]).toEqual(expect.arrayContaining(['key_1', 'key_2']))
    },
  )

  test.skipIf(!isHere)('a slot of a job is claimed once, whichever ledgers ask', async () => {
    const home = await given()
    const ledgers = [await home.open(), await home.open()]
    const claim = { job: 'job_1', account: 'a', slot: '2026-11-30T07:00:00.000Z' }
    const runs = await Promise.all([...ledgers, ...ledgers].map((ledger) => ledger.claimSlot(claim)))
    expect(runs.filter((run) => run !== null)).toHaveLength(1)
  })

  test.skipIf(!isHere)(
    'identical notices of one turn all resolve, and what was counted survives the process',
    async () => {
      const home = await given()
      const first = await home.open()
      const clear = () => first.record([{ type: 'clear', subject: 'a' }])
      await expect(Promise.all([clear(), clear(), clear()])).resolves.toHaveLength(3)
      await setLimits(first, 'a', '5/35d')
      await reserve([first], 3)
      await first.close()
      expect(await reserve([await home.open()], 9)).toHaveLength(2)
    },
  )

  test.skipIf(!isHere)(
    'any sequence of requests, refunds, resets and limits is granted as a plain count grants it',
    async () => {
      const home = await given()
      const ledgers = [await home.open(), await home.open(), await home.open()]
      const step = fc.oneof(
        { weight: 6, arbitrary: fc.record({ ledger: fc.nat(2), act: fc.constant('reserve' as const) }) },
        { weight: 2, arbitrary: fc.record({ ledger: fc.nat(2), act: fc.constantFrom('refund', 'finish') }) },
        {
          weight: 1,
          arbitrary: fc.record({ ledger: fc.nat(2), act: fc.constantFrom('reset', 'raise', 'lower') }),
        },
      )
      let name = 0
      const property = fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const account = `account-${(name += 1)}`
        let [max, used] = [3, 0]
        await setLimits(ledgers[0]!, account, `${max}/35d`)
        const open: { reservation: Reservation; isCounted: boolean }[] = []
        for (const { ledger: index, act } of steps) {
          const ledger = ledgers[index]!
          await ledger.catchUp()
          if (act === 'reserve') {
            const reservation = await ledger.reserve({ account })
            expect(reservation !== null).toBe(used < max)
            if (reservation === null) continue
            used += 1
            open.push({ reservation, isCounted: true })
          } else if (act === 'refund' || act === 'finish') {
            const one = open.shift()
            if (one === undefined) continue
            const settlement = {
              outcome: 'ok' as const,
              ...(act === 'refund' ? { refunded: true as const } : {}),
            }
            await settle(ledger, one.reservation, settlement)
            if (act === 'refund' && one.isCounted) used -= 1
          } else if (act === 'reset') {
            await ledger.record([{ type: 'reset', account }])
            used = 0
            for (const one of open) one.isCounted = false
          } else {
            max = Math.max(1, max + (act === 'raise' ? 1 : -1))
            await setLimits(ledger, account, `${max}/35d`)
          }
        }
      })
      await fc.assert(property, { numRuns: runs })
    },
  )
})
