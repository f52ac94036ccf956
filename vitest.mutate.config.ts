import { defineConfig } from 'vitest/config'
import type { Vite } from 'vitest/node'

/** `npm run mutate`: the tests of one room, without a build, and with a short time limit for changes that hang. */
const folders = JSON.parse(process.env.QWENCTL_MUTATED_TESTS ?? '["test/lib/quota"]') as string[]

/**
 * Stryker 9 chooses tests by their names as vitest 4 wrote them: `suite test`. Vitest 5 writes `suite > test`, so no
 * test of a suite would run, and every change would seem unnoticed.
 */
const suiteNames: Vite.Plugin = {
  name: 'names-of-suites',
  configureVitest({ vitest }) {
    for (const { config } of vitest.projects) {
      let pattern = config.testNamePattern
      Object.defineProperty(config, 'testNamePattern', {
        enumerable: true,
        configurable: true,
        get: () => pattern,
        set: (wanted: RegExp | undefined) => {
          pattern = wanted && new RegExp(wanted.source.replaceAll(' ', '(?: > | )'))
        },
      })
    }
  },
}

export default defineConfig({
  plugins: [suiteNames],
  test: {
    include: folders.map((folder) => `${folder}/**/*.test.ts`),
    pool: 'forks',
    testTimeout: 15_000,
  },
})
