// A process that begins with a clock ahead of the ledger: passage of time, or a wrong clock?

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Home } from '../../../../src/lib/store/home.ts'
import type { MachineClock } from '../../../../src/lib/store/ledger/machine-clock.ts'
import { openLedger, readLedger } from '../../../../src/lib/store/ledger/open-ledger.ts'
import type { TicketLedger } from '../../../../src/lib/store/ledger/ticket-ledger.ts'
import { parseLimit } from '../../../../src/lib/quota/limit.ts'
import { standing } from '../../../../src/lib/quota/standing.ts'
import { tempHome } from '../../../support/temp-home.ts'

const HOUR = 3_600_000
const START = Date.parse('2026-11-22T20:00:00Z')
const BOOTED = START - 5 * HOUR

/** A machine in one run, with the processes that have its ledger open. */
class Machine {
  now = START
  /** The machine's own clock is off by this. */
  errorMs = 0
  readonly home: Home = tempHome()
  readonly #alive = new Set<string>()

  clock(errorMs: number): MachineClock {
    return {
      wall: () => this.now + errorMs,
      steady: () => this.now - BOOTED,
      read: () => ({ boot: 'one', uptime: this.now - BOOTED, time: this.now + this.errorMs }),
    }
  }

  async start(errorMs: number, name: string): Promise<TicketLedger> {
    this.#alive.add(name)
    return openLedger(this.home, {
      clock: () => this.now + errorMs,
      machine: this.clock(errorMs),
      writer: name,
      isAlive: (writer) => this.#alive.has(writer),
    })
  }

  async end(ledger: TicketLedger): Promise<void> {
    await ledger.close()
    this.#alive.delete(ledger.log.writer)
  }

  kill(ledger: TicketLedger): void {
    this.#alive.delete(ledger.log.writer)
  }

  /** The output of a command that only looks, with a clock of its own. */
  look(errorMs: number) {
    const { state, now } = readLedger(this.home, {
      clock: () => this.now + errorMs,
      machine: this.clock(errorMs),
    })
    return { now, used: state.subjects.get('a')!.limits.map((limit) => standing(limit, now).used) }
  }
}

async function limit(ledger: TicketLedger, ...texts: string[]): Promise<void> {
  const limits = texts.map((text) => ({ ...parseLimit(text), source: 'configured' as const }))
  await ledger.record([
    {
      type: 'limits',
      account: 'a',
      limits: limits.map(({ metric, window, max, source }) => ({ metric, window, max, source })),
    },
  ])
}

async function grants(ledger: TicketLedger, count: number): Promise<number> {
  let granted = 0
  for (let index = 0; index < count; index += 1) {
    if ((await ledger.reserve({ account: 'a' })) !== null) granted += 1
  }
  return granted
}

const HOURS_25 = 25 * HOUR

describe('a process that begins 25 hours ahead', () => {
  test.each(['3/day', '3/5h', '3/5h@first-use', '3/day@rolling'])(
    'after all others ended in order, has waited for %s',
    async (text) => {
      const machine = new Machine()
      const first = await machine.start(0, 'first')
      await limit(first, text)
      expect(await grants(first, 4)).toBe(3)
      await machine.end(first)
      expect(machine.look(HOURS_25)).toEqual({ now: START + HOURS_25, used: [0] })
      const later = await machine.start(HOURS_25, 'later')
      expect(later.now()).toBe(START + HOURS_25)
      expect(await grants(later, 4)).toBe(3)
      await machine.end(later)
      // Day after day, each with a clock of its own.
      const latest = await machine.start(2 * HOURS_25, 'latest')
      expect(await grants(latest, 4)).toBe(3)
    },
  )

  test('finds cooldowns over that lasted less', async () => {
    const machine = new Machine()
    const first = await machine.start(0, 'first')
    const until = new Date(START + HOUR / 4).toISOString()
    await first.record([{ type: 'cool', subject: 'a', reason: 'auth-dead', until, guessed: true }])
    await machine.end(first)
    const later = await machine.start(HOURS_25, 'later')
    expect(later.state.subjects.get('a')!.cooldowns.get('*')!.until).toBeLessThan(later.now())
  })

  test('beside a process with the right clock, gets nothing more', async () => {
    const machine = new Machine()
    const right = await machine.start(0, 'right')
    await limit(right, '3/day', '3/5h')
    expect(await grants(right, 2)).toBe(2)
    expect(machine.look(HOURS_25).used).toEqual([2, 2])
    const wrong = await machine.start(HOURS_25, 'wrong')
    expect(await grants(wrong, 4)).toBe(1)
    machine.now += 5 * HOUR
    expect(await grants(wrong, 4)).toBe(3)
    expect(await grants(right, 4)).toBe(0)
  })

  test('beside an idle one that has not written yet, gets nothing more', async () => {
    const machine = new Machine()
    const first = await machine.start(0, 'first')
    await limit(first, '3/day')
    await machine.start(0, 'idle')
    expect(await grants(first, 3)).toBe(3)
    await machine.end(first)
    expect(await grants(await machine.start(HOURS_25, 'wrong'), 1)).toBe(0)
  })

  test('after a killed one, gets nothing more, until a right one ended in order', async () => {
    const machine = new Machine()
    const killed = await machine.start(0, 'killed')
    await limit(killed, '3/day')
    expect(await grants(killed, 3)).toBe(3)
    machine.kill(killed)
    const wrong = await machine.start(HOURS_25, 'wrong')
    expect(await grants(wrong, 1)).toBe(0)
    await machine.end(wrong)
    await machine.end(await machine.start(0, 'right'))
    expect(await grants(await machine.start(HOURS_25, 'tomorrow'), 4)).toBe(3)
  })

  test('after a killed one that began ahead and was corrected, gets nothing more', async () => {
    const machine = new Machine()
    await machine.end(await machine.start(0, 'first'))
    let error = HOURS_25
    const clock: MachineClock = { ...machine.clock(0), wall: () => machine.now + error }
    const options = {
      clock: () => machine.now + error,
      machine: clock,
      writer: 'killed',
      isAlive: () => false,
    }
    const killed = await openLedger(machine.home, options)
    await limit(killed, '3/day')
    error = 0
    expect(await grants(killed, 4)).toBe(3)
    expect(killed.now()).toBe(START)
    expect(await grants(await machine.start(HOURS_25, 'wrong'), 1)).toBe(0)
  })

  test('shares its time with a sibling, and gives way to a right one', async () => {
    const machine = new Machine()
    const first = await machine.start(0, 'first')
    await limit(first, '4/5h')
    await machine.end(first)
    const [one, two] = [await machine.start(HOURS_25, 'one'), await machine.start(HOURS_25, 'two')]
    expect([one.now(), two.now()]).toEqual([START + HOURS_25, START + HOURS_25])
    expect((await grants(one, 1)) + (await grants(two, 1))).toBe(2)
    machine.now += HOUR
    const right = await machine.start(0, 'right')
    expect(right.now()).toBe(START + HOUR)
    expect(await grants(right, 4)).toBe(2)
    machine.now += 4 * HOUR
    expect(await grants(one, 4)).toBe(2)
  })

  test('dates no event by a time that a right process has corrected in the meantime', async () => {
    const machine = new Machine()
    const wrong = await machine.start(HOURS_25, 'wrong')
    await limit(wrong, '3/5h')
    expect(await grants(wrong, 2)).toBe(2)
    machine.now += HOUR
    const right = await machine.start(0, 'right')
    expect(await grants(right, 4)).toBe(1)
    machine.now += 4 * HOUR
    expect(await grants(wrong, 4)).toBe(2) // it has not looked at the file since
    right.refresh()
    expect(right.now()).toBe(START + 5 * HOUR)
  })

  test('is believed only at its start: a step of a running clock lets no time pass', async () => {
    const machine = new Machine()
    let error = 0
    const clock: MachineClock = { ...machine.clock(0), wall: () => machine.now + error }
    const ledger = await openLedger(machine.home, {
      clock: () => machine.now + error,
      machine: clock,
      writer: 'one',
    })
    await limit(ledger, '3/day', '3/5h')
    expect(await grants(ledger, 3)).toBe(3)
    error = HOURS_25
    expect(await grants(ledger, 1)).toBe(0)
  })
})

test("the machine's own clock steps forward after a sleep that its uptime missed: time has passed for all", async () => {
  const machine = new Machine()
  const one = await machine.start(0, 'one')
  await limit(one, '3/day', '3/5h')
  expect(await grants(one, 3)).toBe(3)
  machine.errorMs = HOURS_25
  const woken = await machine.start(HOURS_25, 'woken')
  expect(await grants(woken, 4)).toBe(3)
})

test('a small step of the machine is a correction, and lets no time pass', async () => {
  const machine = new Machine()
  const one = await machine.start(0, 'one')
  await limit(one, '3/minute')
  expect(await grants(one, 3)).toBe(3)
  machine.errorMs = 59_000
  const later = await machine.start(59_000, 'later')
  machine.now += 30_000
  expect(await grants(later, 1)).toBe(0)
})

test('a process leaves no mark when it ends in order, and the marks of killed ones go', async () => {
  const machine = new Machine()
  const marks = () => readdirSync(join(machine.home.runFolder, 'ledger')).map((name) => name.split('@')[0])
  machine.kill(await machine.start(0, 'killed'))
  const running = await machine.start(0, 'running')
  expect(marks()).toEqual(['running'])
  await machine.end(running)
  expect(marks()).toEqual([])
  expect(existsSync(machine.home.ledgerFolder)).toBe(true)
})
