// The laws of a checkpoint, over both homes of the log: it is another way to the state that all events add up to.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stateToJson } from '../../../../src/lib/quota/log/checkpoint/checkpoint.ts'
import type { OutcomeClass } from '../../../../src/lib/quota/log/events.ts'
import type { Notice, Reservation, Settlement } from '../../../../src/lib/quota/ledger.ts'
import type { LedgerState } from '../../../../src/lib/quota/log/state.ts'
import { standing } from '../../../../src/lib/quota/standing.ts'
import type { TicketLedger } from '../../../../src/lib/store/ledger/ticket-ledger.ts'
import type { LedgerHome } from '../../../support/ledger-homes.ts'
import { listHomeKinds, setLimits, settle } from '../../../support/ledger-homes.ts'

const HOUR = 3_600_000

/** A step of one ledger. The number selects a reservation, an amount or a slot. */
interface Step {
  ledger: number
  account: string
  act: keyof typeof acts
  number: number
}

/** The knowledge of a run beside the ledgers. */
interface Run {
  home: LedgerHome
  open: Reservation[]
}

const later = (ledger: TicketLedger) => new Date(ledger.now() + HOUR).toISOString()
const record = (ledger: TicketLedger, notice: Notice) => ledger.record([notice])

async function end(run: Run, ledger: TicketLedger, number: number, settlement: Settlement): Promise<void> {
  const [one] = run.open.splice(number % (run.open.length || 1), 1)
  if (one !== undefined) await settle(ledger, one, settlement)
}

async function reserve(run: Run, asking: Promise<Reservation | null>): Promise<void> {
  const reservation = await asking
  if (reservation !== null) run.open.push(reservation)
}

const acts = {
  reserve: (run: Run, ledger: TicketLedger, { account }: Step) => reserve(run, ledger.reserve({ account })),
  burst: async (run: Run, ledger: TicketLedger, { account }: Step) => {
    await Promise.all([1, 2, 3].map(() => reserve(run, ledger.reserve({ account, model: 'm' }))))
  },
  reserveForKey: (run: Run, ledger: TicketLedger, { account, number }: Step) => {
    const hold = { inputTokens: number * 10, outputTokens: number, usd: 0 }
    return reserve(run, ledger.reserve({ account, also: ['key'], keep: 10, hold }))
  },
  finish: (run: Run, ledger: TicketLedger, { number }: Step) =>
    end(run, ledger, number, { outcome: 'ok', inputTokens: number * 7, outputTokens: number, costUsd: 0.01 }),
  refund: (run: Run, ledger: TicketLedger, { number }: Step) =>
    end(run, ledger, number, {
      outcome: 'unreachable' satisfies OutcomeClass,
      refunded: number % 2 === 0 ? true : 'long-windows',
    }),
  limits: (_run: Run, ledger: TicketLedger, { account, number }: Step) =>
    setLimits(ledger, account, `${number + 2}/35d`, `${1000 + number}tokens/5h`),
  learn: (_run: Run, ledger: TicketLedger, { account, number }: Step) =>
    record(ledger, {
      type: 'learn',
      account,
      limits: [{ metric: 'requests', window: '5h', max: 9, remaining: number, from: 'a header' }],
    }),
  forget: (_run: Run, ledger: TicketLedger, { account }: Step) => record(ledger, { type: 'forget', account }),
  reset: (_run: Run, ledger: TicketLedger, { account }: Step) => record(ledger, { type: 'reset', account }),
  cool: (_run: Run, ledger: TicketLedger, { account: subject }: Step) =>
    record(ledger, { type: 'cool', subject, until: later(ledger), reason: 'rate-short', guessed: true }),
  clear: (_run: Run, ledger: TicketLedger, { account: subject }: Step) =>
    record(ledger, { type: 'clear', subject }),
  claim: async (_run: Run, ledger: TicketLedger, { account, number }: Step) => {
    const slot = new Date(Date.parse('2026-11-30') + number * HOUR).toISOString()
    const id = await ledger.claimSlot({ job: 'job_1', account, slot, alone: true })
    if (id !== null && number % 2 === 0) await record(ledger, { type: 'slot-end', id })
  },
  checkpoint: ({ home }: Run) => home.writeCheckpoint(),
}

const steps = fc.array(
  fc.record<Step>({
    ledger: fc.nat(1),
    account: fc.constantFrom('a', 'b'),
    act: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom('reserve', 'burst', 'reserveForKey', 'finish') },
      { weight: 2, arbitrary: fc.constantFrom(...(Object.keys(acts) as Step['act'][])) },
    ),
    number: fc.nat(6),
  }),
  { maxLength: 40 },
)

function used({ subjects, now }: LedgerState): number {
  return standing(subjects.get('a')!.limits[0]!, now).used
}

describe.each(listHomeKinds())('in $name', ({ name, given, isHere, runs }) => {
  const openTwo = (home: LedgerHome) => Promise.all([home.open(), home.open()])

  test.skipIf(!isHere)(
    'any events give one state: to each ledger, to a reader, from a checkpoint and without one',
    async () => {
      const property = fc.asyncProperty(steps, async (all) => {
        const home = await given()
        const ledgers = await openTwo(home)
        const run: Run = { home, open: [] }
        await setLimits(ledgers[0], 'key', '12/35d')
        for (const step of all) await acts[step.act](run, ledgers[step.ledger]!, step)
        await home.writeCheckpoint()
        await settle(ledgers[0], { id: 'unknown-1', account: 'a', at: 0 }, { outcome: 'ok' })
        const states: unknown[] = []
        for (const ledger of ledgers) {
          await ledger.catchUp()
          states.push(stateToJson(ledger.state))
        }
        const fresh = await home.open()
        states.push(stateToJson(fresh.state), stateToJson(await home.read()))
        home.removeCheckpoint()
        states.push(stateToJson(await home.read()))
        for (const state of states.slice(1)) expect(state).toEqual(states[0])
        await Promise.all([...ledgers, fresh].map((ledger) => ledger.close()))
      })
      await fc.assert(property, { numRuns: runs })
    },
    120_000,
  )

  test.skipIf(!isHere)('a checkpoint of a newer qwenctl is refused', async () => {
    const home = await given()
    const ledger = await home.open()
    await setLimits(ledger, 'a', '5/35d')
    await ledger.close()
    await home.writeCheckpoint()
    home.changeCheckpoint((text) => text.replace(/"version":\d+/, '"version":99'))
    const refusal = { code: 'store_too_new', exit: 6 }
    await expect(home.read()).rejects.toMatchObject(refusal)
    await expect(home.open()).rejects.toMatchObject(refusal)
  })

  test.skipIf(!isHere)('a damaged checkpoint never lowers a count', async () => {
    const home = await given()
    const ledger = await home.open()
    await setLimits(ledger, 'a', '5/35d')
    for (let index = 0; index < 3; index += 1) await ledger.reserve({ account: 'a' })
    await ledger.close()
    await home.writeCheckpoint()
    home.changeCheckpoint((text) => text.slice(0, text.length / 2))
    // Behind its checkpoint, the log of a store is trimmed: without it, the counts are unknown.
    if (name === 'Redis') await expect(home.open()).rejects.toMatchObject({ code: 'store_corrupt', exit: 6 })
    else expect(used((await home.open()).state)).toBe(3)
  })
})
