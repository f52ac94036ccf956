import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import SlowFirst from './test/support/slow-first.ts'

/** What a transport can get wrong: streams, failover, clients that leave, kept connections, large and malformed input. */
const wholeProxies = [
  'any-bytes',
  'bad-input',
  'client-leaves',
  'draining',
  'failover-ends',
  'media',
  'one-send',
  'passing-requests',
  'slow-clients',
  'streams',
  'whose-bytes',
]

export default defineConfig({
  test: {
    globalSetup: ['test/support/build-once.ts'],
    pool: 'forks',
    // Files share the modules of their worker: loading them again for each file would take most of the time. So a
    // test restores what it changes in the process, and no module keeps state between two of its users.
    isolate: false,
    // The tests of whole processes mostly wait.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: SlowFirst },
    disableConsoleIntercept: true,
    // Programs that the tests start compile their modules once, not in every process. That halves the time of a start.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules', '.cache', 'compiled-for-tests') },
    // These end what hangs. The machine may be busy, so no test is judged by its time.
    testTimeout: 300_000,
    // On a machine busy with other work, a test of processes may fail once. It runs again and is named at the end.
    // A law is not tried again: its second run would draw other values.
    retry: { count: 1, condition: /^(?!Property failed)/ },
    reporters: ['default', './test/support/repeated-tests.ts'],
    hookTimeout: 300_000,
    // The machine may be busy, so a wait ends when its condition holds, however long that takes.
    expect: { poll: { timeout: 120_000 } },
    projects: [
      { extends: true, test: { name: 'all', include: ['test/**/*.test.ts'] } },
      // Tests of whole proxies run again over Node's documented HTTP: `npm run test:portable`.
      {
        extends: true,
        test: {
          name: 'portable',
          include: [
            ...wholeProxies.map((name) => `test/lib/proxy/**/${name}.test.ts`),
            'test/lib/proxy/transport/portable/*.test.ts',
          ],
          env: { QWENCTL_TRANSPORT: 'portable' },
        },
      },
    ],
  },
})
