// `npm run mutate -- ROOM [FILE...]` changes the sources of a room one place at a time. It names the changes that no
// test of the room notices. With files, only those are changed. A second run repeats only what has changed since.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Stryker } from '@stryker-mutator/core'

const root = join(import.meta.dirname, '..')

/** The tests of a room, and where they are not enough, those of its users. */
const rooms: Readonly<Record<string, { sources: string; tests: string[] }>> = {
  quota: { sources: 'src/lib/quota', tests: ['test/lib/quota'] },
  rotation: { sources: 'src/lib/rotation', tests: ['test/lib/rotation'] },
  provider: { sources: 'src/lib/provider', tests: ['test/lib/provider'] },
  ledger: { sources: 'src/lib/store/ledger', tests: ['test/lib/store/ledger'] },
  account: { sources: 'src/lib/account', tests: ['test/lib/account'] },
  pipeline: { sources: 'src/lib/proxy/pipeline', tests: ['test/lib/proxy'] },
}

const [room = '', ...files] = process.argv.slice(2)
const chosen = rooms[room]
if (chosen === undefined) {
  console.error(`Name a room: npm run mutate -- ${Object.keys(rooms).join('|')} [FILE...]`)
  process.exit(2)
}
const missing = files.find((file) => !existsSync(join(root, chosen.sources, file)))
if (missing !== undefined) {
  console.error(`${chosen.sources} has no ${missing}`)
  process.exit(2)
}

process.env.QWENCTL_MUTATED_TESTS = JSON.stringify(chosen.tests)
const stryker = new Stryker({
  mutate:
    files.length === 0 ? [`${chosen.sources}/**/*.ts`] : files.map((file) => `${chosen.sources}/${file}`),
  mutator: { excludedMutations: ['StringLiteral'] },
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutate.config.ts', related: false },
  coverageAnalysis: 'off',
  incremental: true,
  incrementalFile: `node_modules/.cache/mutate/${room}.json`,
  tempDirName: 'node_modules/.cache/mutate/tmp',
  reporters: ['clear-text', 'progress'],
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  concurrency: Number(process.env.MUTATE_WORKERS ?? 1),
  allowEmpty: true,
  ignorePatterns: ['dist', 'bench', 'web/dist', 'docs', 'coverage'],
})
await stryker.runMutationTest()
