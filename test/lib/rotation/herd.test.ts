import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Pool } from '../../../src/lib/rotation/pool/pool.ts'
import type { RotationView } from '../../../src/lib/rotation/rotation-request.ts'
import { pickFirst, Ground, members, MINUTE, NOON } from './fixture.ts'

const SESSIONS = 2000

/** The account of each conversation. */
function homes(pool: Pool, salt: number, view: RotationView): (string | null)[] {
  return Array.from({ length: SESSIONS }, (_, n) => pickFirst(pool, { session: `talk-${salt}-${n}` }, view))
}

test('when an account cools, its conversations spread over all others, those stay where they are, and its own come back', () => {
  fc.assert(
    fc.property(
      // More than 64 stand on a ring, which spreads in another way.
      fc.oneof(fc.integer({ min: 3, max: 12 }), fc.constant(80)),
      fc.nat({ max: 79 }),
      fc.nat(),
      (count, place, salt) => {
        const out = `a${place % count}`
        const pool = new Pool(members(count), { strategy: 'priority', affinity: true })
        const ground = new Ground()
        const before = homes(pool, salt, ground.view())
        ground.cool(out, NOON + MINUTE)
        const during = homes(pool, salt, ground.view())
        const moved = before.flatMap((home, n) => (home === out ? [during[n]] : []))
        expect(before.every((home, n) => home === out || home === during[n])).toBe(true)
        const share = moved.length / (count - 1)
        // By chance alone no account gets so much; a herd would. On the ring its neighbours take over, which are a dozen.
        const most = count > 64 ? moved.length / 2 + 8 : share + 6 * Math.sqrt(share) + 8
        for (const id of new Set(moved)) {
          expect(id).not.toBe(out)
          const got = moved.filter((home) => home === id).length
          expect(got).toBeLessThan(most)
        }
        const after = homes(pool, salt, ground.view(NOON + 2 * MINUTE))
        expect(after).toEqual(before)
      },
    ),
    { numRuns: 30 },
  )
})
