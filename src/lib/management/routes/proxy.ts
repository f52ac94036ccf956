import { ownVersion } from '../../toolkit/own-version.ts'
import { listElsewhere } from '../../toolkit/shared-proxies.ts'
import type { Toolkit } from '../../toolkit/toolkit.ts'
import { applySettings } from '../apply-settings.ts'
import { route } from '../route.ts'
import { proxy, settingChanges, settingList } from '../../contract/proxy.ts'

/** The answering proxy, and the settings of its home. */
export const proxyRoutes = [
  route({
    method: 'GET',
    path: '/api/proxy',
    summary: 'Show the answering proxy',
    answer: proxy,
    run: async ({ parts }) => {
      const { url, pid, startedAt, strategy, workers, inFlight } = await parts.proxy()
      const others = parts.user === null ? await findOthers(parts.toolkit.home) : []
      const { user } = parts
      return { url, pid, startedAt, strategy, version: ownVersion(), workers, inFlight, user, others }
    },
  }),
  route({
    method: 'GET',
    path: '/api/settings',
    summary: 'List every setting with its value and source',
    answer: settingList,
    run: async ({ parts }) => ({ settings: await parts.toolkit.settings.list() }),
  }),
  route({
    method: 'PATCH',
    path: '/api/settings',
    summary: 'Change settings',
    about:
      'Changes go to config.yaml, all or none. Settings that select files to read or programs to run can only be changed on the machine itself.',
    errors: ['invalid_body', 'invalid_value', 'forbidden'],
    body: settingChanges,
    answer: settingList,
    run: async ({ body, parts }) => {
      await applySettings(parts.toolkit.settings, body)
      return { settings: await parts.toolkit.settings.list() }
    },
  }),
]

async function findOthers(home: Toolkit['home']) {
  const others = await listElsewhere(home).catch(() => [])
  return others.map(({ machine, url, state, strategy, startedAt, version }) => {
    return { machine, url, state, strategy, startedAt, version }
  })
}
