// `npm run mutate -- ROOM [FILE...]` changes the sources of a room one place at a time. It names the changes that no
// test of the room notices. With files, only those are changed. A second run repeats only what has changed since.
// `--sample 60 --seed 1` changes 60 lines chosen at random, the same ones for the same seed. `--longest-test 40` leaves
// out tests that take more milliseconds of CPU: the score is then a lower bound. `--constants` also changes what modules
// compute while they load, which is slow.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'
import { sampleLines } from './mutate/sample-lines.ts'

const root = join(import.meta.dirname, '..')

/** A table of data: its test compares it with its source. */
const GENERATED = 'src/lib/quota/prices/price-rows.ts'

/** The tests of a room, and where they are not enough, those of its users. */
const rooms: Readonly<Record<string, { sources: string; tests: string[] }>> = {
  quota: { sources: 'src/lib/quota', tests: ['test/lib/quota'] },
  rotation: { sources: 'src/lib/rotation', tests: ['test/lib/rotation'] },
  provider: { sources: 'src/lib/provider', tests: ['test/lib/provider'] },
  ledger: { sources: 'src/lib/store/ledger', tests: ['test/lib/store/ledger'] },
  account: { sources: 'src/lib/account', tests: ['test/lib/account'] },
  pipeline: { sources: 'src/lib/proxy/pipeline', tests: ['test/lib/proxy'] },
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    'longest-test': { type: 'string', default: 'Infinity' },
    constants: { type: 'boolean', default: false },
  },
})
const [room = '', ...files] = positionals
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

const patterns =
  files.length === 0
    ? [`${chosen.sources}/**/*.ts`, `!${GENERATED}`]
    : files.map((file) => `${chosen.sources}/${file}`)
const isSample = values.sample !== undefined

process.env.QWENCTL_LONGEST_TEST = values['longest-test']
process.env.QWENCTL_MUTATED_TESTS = JSON.stringify(chosen.tests)
const stryker = new Stryker({
  mutate: isSample ? sampleLines(root, patterns, Number(values.sample), Number(values.seed)) : patterns,
  mutator: { excludedMutations: ['StringLiteral'] },
  testRunner: 'in-process',
  plugins: [join(root, 'scripts/mutate/test-runner.ts')],
  coverageAnalysis: 'perTest',
  // A change of a constant takes effect while modules load: all tests load and run again for each.
  ignoreStatic: !values.constants,
  incremental: !isSample,
  incrementalFile: `node_modules/.cache/mutate/${room}.json`,
  // Node reads no TypeScript below node_modules, and the laws of the ledger start processes.
  tempDirName: '.mutate',
  reporters: ['survivors', 'clear-text'],
  clearTextReporter: {
    allowColor: false,
    reportTests: false,
    logTests: false,
    reportMutants: false,
    reportScoreTable: true,
  },
  timeoutMS: 15_000,
  dryRunTimeoutMinutes: 8,
  concurrency: Number(process.env.MUTATE_WORKERS ?? 1),
  allowEmpty: true,
  ignorePatterns: ['dist', 'bench', 'web/dist', 'docs', 'coverage'],
})
await stryker.runMutationTest()
