// The same worlds in every run. `node bench/simulate.ts` looks for seeds that fail, and repeats one by its number.

import { expect, test } from 'vitest'
import { simulateFiles } from './simulate-files.ts'
import { simulateRedis } from './simulate-redis.ts'

test.each([
  ['files', simulateFiles, 400],
  ['redis', simulateRedis, 80],
] as const)('in simulated worlds, the ledger in %s keeps its promises', async (home, simulate, worlds) => {
  let sent = 0
  for (let seed = 1; seed <= worlds; seed += 1) {
    const { violations, story, sent: passed } = await simulate(seed)
    sent += passed
    expect(violations, `node bench/simulate.ts --home ${home} --seed ${seed}\n${story.join('\n')}`).toEqual(
      [],
    )
  }
  expect(sent).toBeGreaterThan(100)
})

test.each([
  ['files', simulateFiles],
  ['redis', simulateRedis],
] as const)('a seed of the ledger in %s repeats its run exactly', async (_home, simulate) => {
  for (const seed of [11, 12, 13]) expect(await simulate(seed)).toEqual(await simulate(seed))
})
