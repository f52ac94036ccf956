import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Placements } from '../../../src/lib/account/placements.ts'
import type { ConversationHint } from '../../../src/lib/rotation/conversation.ts'
import { nowhere, placeConversation, rememberPlacement } from '../../../src/lib/rotation/conversation.ts'
import { Pool } from '../../../src/lib/rotation/pool/pool.ts'
import { strategyNames } from '../../../src/lib/rotation/strategies/strategies.ts'
import { Ground, MINUTE, NOON, pickFirst, members, seeded } from './fixture.ts'

class Known implements Placements {
  readonly map = new Map<string | number, string>()

  find(key: string | number): string | null {
    return this.map.get(key) ?? null
  }

  put(key: string | number, account: string): void {
    this.map.set(key, account)
  }
}

const first: ConversationHint = { session: 7, isNamed: false, isContinued: false }
const later: ConversationHint = { ...first, isContinued: true }
const isNeverOut = () => false

/** The turns, one after the other, through a pool, as the proxy has them. */
class Turns {
  readonly known: Known
  readonly ground = new Ground()
  readonly pool: Pool

  constructor(strategy: (typeof strategyNames)[number], count: number, known = new Known()) {
    this.pool = new Pool(members(count), { strategy, affinity: true })
    this.known = known
  }

  serve(hint: ConversationHint, now = NOON): string {
    const view = this.ground.view(now, seeded(now))
    const isOut = (id: string) => {
      const member = this.pool.member(id)
      return member === null ? null : this.pool.whyNot({}, view).some((found) => found.member === member)
    }
    const placement = placeConversation(hint, this.known, isOut)
    const account = pickFirst(this.pool, { session: placement.session, homes: placement.homes }, view)!
    rememberPlacement(placement, this.known, { account, attempts: 1, now })
    return account
  }
}

describe('a conversation', () => {
  test.each(strategyNames)(
    'with %s, whatever becomes of the counts, returns to the account of its first turn',
    (strategy) => {
      const counts = fc.array(fc.nat(5), { minLength: 1, maxLength: 30 })
      fc.assert(
        fc.property(counts, fc.integer({ min: 1, max: 8 }), (used, size) => {
          const turns = new Turns(strategy, size)
          for (let n = 0; n < size; n++) turns.ground.limit(`a${n}`, `${1000 * (n + 1)}/day`)
          const home = turns.serve(first)
          for (const [n, account] of used.entries()) {
            turns.ground.use(`a${account % size}`, 3, NOON + n)
            turns.serve({ ...first, session: n + 100 }, NOON + n)
            expect(turns.serve(later, NOON + n)).toBe(home)
          }
          // Another process has nothing but what is remembered.
          expect(new Turns(strategy, size, turns.known).serve(later)).toBe(home)
        }),
        { numRuns: 40 },
      )
    },
  )

  test('whatever is out and for how long, is served by one account at a time, and comes home', () => {
    const outages = fc.array(fc.record({ account: fc.nat(4), minutes: fc.integer({ min: 1, max: 4 }) }), {
      maxLength: 12,
    })
    fc.assert(
      fc.property(outages, (given) => {
        const turns = new Turns('most-remaining', 5)
        const home = turns.serve(first)
        let now = NOON
        for (const { account, minutes } of given) {
          const refuge = turns.serve(later, now)
          turns.ground.cool(`a${account}`, now + minutes * MINUTE)
          if (refuge !== `a${account}`) expect(turns.serve(later, now)).toBe(refuge)
          now += MINUTE
        }
        expect(turns.serve(later, now + 5 * MINUTE)).toBe(home)
      }),
    )
  })

  test('with an opening that was asked before is placed by the strategy, unless the client names it', () => {
    const turns = new Turns('round-robin', 3)
    expect([0, 1, 2].map(() => turns.serve(first))).toEqual(['a0', 'a1', 'a2'])
    const named = { ...first, session: 'mine', isNamed: true }
    expect(new Set([0, 1, 2].map(() => turns.serve(named))).size).toBe(1)
  })

  test('without its home finds another, and stays there', () => {
    const known = new Known()
    known.put(7, 'removed')
    const turns = new Turns('round-robin', 3, known)
    const found = [0, 1, 2].map(() => turns.serve(later))
    expect(new Set(found).size).toBe(1)
    expect(known.find(7)).toBe(found[0])
  })

  test('that nothing remembers has the same home in every process', () => {
    const homes = [0, 1, 2].map(() => new Turns('round-robin', 6).serve(later))
    expect(new Set(homes).size).toBe(1)
  })

  test('without a name is no conversation, and is not remembered', () => {
    expect(placeConversation({ ...first, session: null }, new Known(), isNeverOut)).toBe(nowhere)
    const known = new Known()
    rememberPlacement(nowhere, known, { account: 'a0', attempts: 1, now: NOON })
    expect(known.map.size).toBe(0)
  })
})

test('an account that answers after the home failed becomes the refuge, never the home', () => {
  const known = new Known()
  known.put(7, 'a0')
  const placement = placeConversation(later, known, isNeverOut)
  rememberPlacement(placement, known, { account: 'a1', attempts: 2, now: NOON })
  expect(placeConversation(later, known, isNeverOut).homes).toEqual(['a0'])
  expect(placeConversation(later, known, () => true).homes).toEqual(['a0', 'a1'])
})

test('in each priority the home serves first, and never before a smaller priority', () => {
  const given = members(4, (n) => ({ priority: n < 2 ? 0 : 1 }))
  const pool = new Pool(given, { strategy: 'priority', affinity: true })
  const ground = new Ground()
  expect(pickFirst(pool, { homes: ['a3', 'a1'] }, ground.view())).toBe('a1')
  const found = [...pool.candidates({ homes: ['a3'] }, ground.view())].map(({ account }) => account.id)
  expect(found).toEqual(['a0', 'a1', 'a3', 'a2'])
})

describe('the account that answered', () => {
  const named: ConversationHint = { session: 'talk', isNamed: true, isContinued: true }

  test.each([
    ['becomes the home of a new conversation, also after failed attempts', null, false, 3, 'talk'],
    ['becomes the new home, when the old one was chosen and not asked', 'home', false, 1, 'talk'],
    ['is a refuge, when the home is unavailable', 'home', true, 1, 'refuge of talk'],
    ['is a refuge, when the home has just failed', 'home', false, 2, 'refuge of talk'],
  ] as const)('%s', (_, home, isHomeOut, attempts, key) => {
    const known = new Known()
    if (home !== null) known.put('talk', home)
    const placement = placeConversation(named, known, (id) => isHomeOut && id === 'home')
    rememberPlacement(placement, known, { account: 'other', attempts, now: NOON })
    expect(known.map.get(key)).toBe('other')
    if (home !== null && key !== 'talk') expect(known.map.get('talk')).toBe('home')
  })

  test('at home changes nothing', () => {
    const known = new Known()
    known.put('talk', 'home')
    const placement = placeConversation(named, known, isNeverOut)
    rememberPlacement(placement, known, { account: 'home', attempts: 1, now: NOON })
    expect([...known.map]).toEqual([['talk', 'home']])
  })
})
