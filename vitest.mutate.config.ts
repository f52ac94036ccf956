import { defineConfig } from 'vitest/config'

/** `npm run mutate`: the tests of one room, without a build, and with a short time limit for changes that hang. */
const folders = JSON.parse(process.env.QWENCTL_MUTATED_TESTS ?? '["test/lib/quota"]') as string[]

export default defineConfig({
  test: {
    include: folders.map((folder) => `${folder}/**/*.test.ts`),
    pool: 'forks',
    testTimeout: 15_000,
  },
})
