import { expect, onTestFinished, test } from 'vitest'
import { openToolkit } from '../../../../src/lib/toolkit/open-toolkit.ts'
import type { ProxyView } from '../../../../src/lib/toolkit/proxies.ts'
import { rotationSettings } from '../../../../src/lib/toolkit/quota/explain-settings.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const makeProxy = (user: string | null, strategy: string): ProxyView => ({
  pid: 1,
  url: 'http://127.0.0.1:9',
  host: '127.0.0.1',
  port: 9,
  accounts: 1,
  workers: [],
  startedAt: '2026-11-22T12:00:00.000Z',
  version: null,
  user,
  strategy,
  affinity: true,
  reserve: '0%',
})

test.each([
  [undefined, 'fill-first', null],
  ['ann', 'least-used', 'ann'],
  ['bob', 'fill-first', null],
])('for a request of %s, the proxy of exactly that user comes first', async (user, strategy, proxyUser) => {
  const toolkit = openToolkit({ env: { QWENCTL_HOME: temporaryFolder() } })
  onTestFinished(() => toolkit.close())
  // The oldest first, as the run files are listed.
  const running = [makeProxy('ann', 'least-used'), makeProxy(null, 'fill-first')]
  const query = user === undefined ? {} : { user }
  const found = await rotationSettings(query, toolkit.settings, { list: () => running })
  expect(found).toMatchObject({ strategy, proxyUser, user: user ?? null })
})
