import type { Settings } from './settings.ts'

/** The user of accounts, keys and requests that name none: the setting `user`. */
export async function findDefaultUser(settings: Pick<Settings, 'get'>): Promise<string> {
  return String(await settings.get('user'))
}
