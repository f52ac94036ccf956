// Speaks to `keychain.ts` as its own process does, with a file (argv[2]) as the keychain.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import type { KeychainRequest } from '../../../src/lib/store/vault/keychain.ts'

const [, , file = ''] = process.argv
const kept = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as Record<string, string>
const { action, name, secret = '' } = JSON.parse(await text(process.stdin)) as KeychainRequest
if (action === 'set') kept[name] = secret
if (action === 'remove') Reflect.deleteProperty(kept, name)
writeFileSync(file, JSON.stringify(kept))
process.stdout.write(JSON.stringify({ secret: action === 'get' ? (kept[name] ?? null) : null }))
