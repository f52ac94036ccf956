import type { HomeFact } from '../settings/file-settings.ts'
import type { Toolkit } from '../toolkit.ts'

/** Facts that `config get` shows besides the settings, and that no settings file holds. Read on demand. */
export function readHomeFacts(toolkit: Pick<Toolkit, 'home' | 'storage' | 'admin'>): HomeFact[] {
  return [
    {
      key: 'vault.kind',
      description: 'what seals the credentials: keychain, passphrase or key-file',
      hint: 'qwenctl auth storage --to KIND seals them with something else',
      read: async () => (await toolkit.storage()).kind,
    },
    {
      key: 'adminToken',
      isSecret: true,
      description: 'what opens the page and the management API',
      hint: `a new one is made when ${toolkit.home.adminTokenFile} is removed; all sessions end then`,
      read: () => toolkit.admin.token(),
    },
  ]
}
