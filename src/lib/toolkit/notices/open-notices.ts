import { ownVersion } from '../own-version.ts'
import type { Toolkit } from '../toolkit.ts'
import type { Settings } from '../settings/settings.ts'
import type { NoticeSettings } from './notice-views.ts'
import { Notices } from './notices.ts'

type Parts = Pick<Toolkit, 'home' | 'settings' | 'accounts' | 'ledger' | 'egress' | 'watchSettings'>

/** The notices of a toolkit; dependencies open on first use. */
export function openNotices(toolkit: Parts, env: NodeJS.ProcessEnv): Notices {
  return new Notices({
    home: toolkit.home,
    env,
    userAgent: `qwenctl/${ownVersion()}`,
    settings: () => noticeSettings(toolkit.settings),
    watchSettings: (onChange) => toolkit.watchSettings(onChange),
    accounts: () => toolkit.accounts.records(),
    ledger: () => toolkit.ledger(),
    egress: () => toolkit.egress(),
  })
}

/** The settings of notices from the configuration. */
export async function noticeSettings(settings: Pick<Settings, 'get'>): Promise<NoticeSettings> {
  const at = (await settings.get('notify.at')) as string[]
  const textOrNull = async (key: string) => String(await settings.get(key)) || null
  return {
    at: at.map((share) => Number.parseInt(share, 10)),
    webhook: await textOrNull('notify.webhook'),
    command: await textOrNull('notify.command'),
  }
}
