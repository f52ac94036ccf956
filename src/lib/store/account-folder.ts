import { join } from 'node:path'
import type { Account } from '../account/account.ts'
import type { Home } from './home.ts'

/** An account's own folder, `accounts/<user>/<provider>/<name>`; it may not exist yet. */
export function accountFolder(home: Home, account: Pick<Account, 'user' | 'provider' | 'name'>): string {
  const { user, provider, name } = account
  return join(home.accountsFolder, ...[user, provider, name].map(folderName))
}

/** No name leads out of the folder, whatever a record holds. */
function folderName(name: string): string {
  return (
    name.replace(/[^A-Za-z0-9._@+-]|^\.+/g, (part) => [...Buffer.from(part)].map(percent).join('')) || '%'
  )
}

function percent(byte: number): string {
  return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
}
