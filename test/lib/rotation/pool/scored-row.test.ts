import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Picks } from '../../../../src/lib/rotation/pool/picks.ts'
import { ScoredRow } from '../../../../src/lib/rotation/pool/scored-row.ts'
import type { ScoredRanking } from '../../../../src/lib/rotation/strategies/strategy.ts'
import { Ground, NOON, members } from '../fixture.ts'

const WINDOW = 4
const COUNT = 12

/** A row of members with scores that the test sets. */
class Setting {
  readonly members = members(COUNT)
  readonly row = new ScoredRow()
  readonly scores = new Map(this.members.map(({ account }) => [account.id, 0]))
  ground = new Ground()
  scored = 0
  readonly #picks = new Picks()
  readonly #ranking: ScoredRanking = {
    kind: 'scored',
    score: ({ account }) => {
      this.scored += 1
      return this.scores.get(account.id)!
    },
  }

  constructor() {
    for (const member of this.members) this.row.push(member)
  }

  /** Chooses from a window; the ids that were found unavailable, and the choice. */
  choose(from: number): { id: string | null; refused: string[] } {
    const view = this.ground.view(NOON)
    const search = { request: {}, view, offered: new Set<never>(), picks: this.#picks }
    const { member, refused } = this.row.choose({ from, count: WINDOW }, this.#ranking, search)
    if (member !== null) this.#picks.note(member, view)
    return { id: member?.account.id ?? null, refused: refused.map(({ account }) => account.id) }
  }

  /** The ids in a window. */
  window(from: number): string[] {
    return Array.from({ length: WINDOW }, (_, n) => this.row.at((from + n) % this.row.size)!.account.id)
  }
}

const change = fc.record({
  member: fc.nat(COUNT - 1),
  by: fc.nat(5),
  from: fc.nat(COUNT - 1),
  isOut: fc.boolean(),
})

test('whatever scores became worse, the choice is the best available member of the window', () => {
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 40 }), (changes) => {
      const setting = new Setting()
      const out = new Set<string>()
      for (const { member, by, from, isOut } of changes) {
        const { id } = setting.members[member]!.account
        setting.scores.set(id, setting.scores.get(id)! + by)
        if (isOut) {
          setting.ground.cool(id, null)
          out.add(id)
        }
        const available = setting.window(from).filter((each) => !out.has(each))
        const best = Math.min(...available.map((each) => setting.scores.get(each)!))
        const found = setting.choose(from)
        if (available.length === 0) expect(found.id).toBeNull()
        else {
          expect(available).toContain(found.id)
          expect(setting.scores.get(found.id!)).toBe(best)
        }
        for (const each of found.refused) expect(out).toContain(each)
      }
    }),
  )
})

test('a score that became better is seen within as many choices as the row has members', () => {
  fc.assert(
    fc.property(fc.nat(COUNT - 1), fc.nat(COUNT), (better, before) => {
      const setting = new Setting()
      const from = better - (better % WINDOW)
      for (let n = 0; n < WINDOW + before; n++) setting.choose(from)
      const { id } = setting.members[better]!.account
      setting.scores.set(id, -1)
      const found = Array.from({ length: COUNT }, () => setting.choose(from).id)
      expect(found.slice(-1)).toEqual([id])
    }),
  )
})

test('once the scores are known, a choice computes about two of them, beside the next in the row', () => {
  const setting = new Setting()
  for (let n = 0; n < COUNT; n++) setting.choose(0)
  setting.scored = 0
  for (let n = 0; n < 100; n++) {
    const { id } = setting.choose(0)
    setting.scores.set(id!, setting.scores.get(id!)! + 1)
  }
  expect(setting.scored / 100 - 1).toBeLessThan(2)
})

test('members that leave take their scores along', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(COUNT - 1), { maxLength: COUNT - WINDOW }), (leaving) => {
      const setting = new Setting()
      for (const [place, { account }] of setting.members.entries()) setting.scores.set(account.id, place)
      for (let from = 0; from < COUNT; from += WINDOW) setting.choose(from)
      for (const index of leaving) setting.row.delete(setting.members[index]!)
      expect(setting.row.size).toBe(COUNT - leaving.length)
      for (let from = 0; from < setting.row.size; from++) {
        const best = Math.min(...setting.window(from).map((id) => setting.scores.get(id)!))
        expect(setting.scores.get(setting.choose(from).id!)).toBe(best)
      }
    }),
  )
})

test('with another state of the ledger, every remembered score is forgotten', () => {
  const setting = new Setting()
  setting.scores.set('a0', 5)
  for (let n = 0; n < COUNT; n++) setting.choose(0)
  setting.scores.set('a0', -1)
  setting.ground = new Ground()
  for (let n = 0; n < 2; n++) setting.choose(0)
  expect(setting.choose(0).id).toBe('a0')
})
