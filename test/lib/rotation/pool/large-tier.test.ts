// A tier of many members compares remembered scores: no member may stay unseen.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LargeTier } from '../../../../src/lib/rotation/pool/large-tier.ts'
import { Picks } from '../../../../src/lib/rotation/pool/picks.ts'
import type { ScoredRanking } from '../../../../src/lib/rotation/strategies/strategy.ts'
import { Ground, NOON, members } from '../fixture.ts'

const COMPARED = 16

test('law: an account with room again serves within as many choices as the tier has members', () => {
  fc.assert(
    fc.property(fc.integer({ min: 65, max: 130 }), fc.nat(400), fc.nat(), (size, before, index) => {
      const all = members(size)
      const recovered = all[index % size]!
      let score = 1
      const ranking: ScoredRanking = { kind: 'scored', score: (each) => (each === recovered ? score : 0) }
      const tier = new LargeTier(all, ranking, {})
      const picks = new Picks()
      const view = new Ground().view(NOON)
      const choose = () => {
        const member = tier.choose({ request: {}, view, offered: new Set(), picks })!
        picks.note(member, view)
        return member
      }
      for (let n = 0; n < size + before; n++) choose()
      score = -1
      const chosen = Array.from({ length: size + Math.ceil(size / COMPARED) }, choose)
      expect(chosen).toContain(recovered)
    }),
  )
})
