import { createHash, randomBytes } from 'node:crypto'
import type { ClientKey, FormerSecret } from '../../account/client-key.ts'
import { CLIENT_KEY_PREFIX } from '../../account/client-key.ts'

/** Former secrets that still work. */
export function workingSecrets({ former = [] }: ClientKey, now: number): FormerSecret[] {
  return former.filter(({ until }) => Date.parse(until) > now)
}

export function makeSecret(): string {
  return CLIENT_KEY_PREFIX + randomBytes(32).toString('base64url')
}

export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}
