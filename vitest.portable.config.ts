import { defineConfig, mergeConfig } from 'vitest/config'
import base from './vitest.config.ts'

/** What a transport can get wrong: streams, failover, clients that leave, kept connections, large and malformed input. */
const files = [
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

/** `npm run test:portable`: tests of whole proxies again, over Node's documented HTTP. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({
    test: {
      include: [
        ...files.map((name) => `test/lib/proxy/**/${name}.test.ts`),
        'test/lib/proxy/transport/portable/*.test.ts',
      ],
      env: { QWENCTL_TRANSPORT: 'portable' },
    },
  }),
)
