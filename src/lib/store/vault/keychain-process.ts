// Sends one request to the system's keychain, and exits. `keychain.ts` starts this process and writes the request
// to standard input.

import { text } from 'node:stream/consumers'
import type { KeychainReply, KeychainRequest } from './keychain.ts'

const SERVICE = 'qwenctl'

async function answer({ action, name, secret = '' }: KeychainRequest): Promise<KeychainReply> {
  const { Entry } = await import('@napi-rs/keyring')
  // Without an explicit store, the library would use the kernel's key ring, which forgets at reboot.
  const entry = new Entry(SERVICE, name, { linux: { store: 'secret-service' } })
  if (action === 'remove') entry.deletePassword()
  if (action === 'get') return { secret: entry.getPassword() }
  if (action === 'set') {
    entry.setPassword(secret)
    if (entry.getPassword() !== secret) return { error: 'what was written does not come back' }
  }
  return { secret: null }
}

let reply: KeychainReply
try {
  reply = await answer(JSON.parse(await text(process.stdin)) as KeychainRequest)
} catch (error) {
  reply = { error: error instanceof Error ? error.message : String(error) }
}
process.stdout.write(JSON.stringify(reply))
