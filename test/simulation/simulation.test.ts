// Random worlds for some seconds. A failure prints its seed; `node bench/simulate.ts --home HOME --seed SEED` repeats it.

import { expect, test } from 'vitest'
import { simulateFiles } from './simulate-files.ts'
import { simulateRedis } from './simulate-redis.ts'

const SECONDS = 8
/** A different part of the seeds on each day. */
const FIRST_SEED = Math.floor(Date.now() / 86_400_000) * 100_000

test.each([
  ['files', simulateFiles],
  ['redis', simulateRedis],
] as const)('in simulated worlds, the ledger in %s keeps its promises', async (home, simulate) => {
  const end = performance.now() + SECONDS * 1000
  let sent = 0
  for (let seed = FIRST_SEED; performance.now() < end; seed += 1) {
    const { violations, story, ...report } = await simulate(seed)
    sent += report.sent
    expect({ repeat: `node bench/simulate.ts --home ${home} --seed ${seed}`, story, violations }).toEqual({
      repeat: expect.any(String) as string,
      story,
      violations: [],
    })
  }
  expect(sent).toBeGreaterThan(100)
})

test.each([
  ['files', simulateFiles],
  ['redis', simulateRedis],
] as const)('a seed of the ledger in %s repeats its run exactly', async (_home, simulate) => {
  for (const seed of [11, 12, 13]) expect(await simulate(seed)).toEqual(await simulate(seed))
})
