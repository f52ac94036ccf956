import { createHmac, timingSafeEqual } from 'node:crypto'
import { derive } from '../../store/vault/master-key.ts'

/** A token that opens the part of one user in the management API. */
export interface UserToken {
  token: string
  user: string
  /** Epoch milliseconds. */
  expiresAt: number
}

/** The prefix of every user token, so that scanners can find leaks. */
const PREFIX = 'qu_'
const TIME_BYTES = 8
const SEAL_BYTES = 32
const TOKEN = /^qu_([A-Za-z0-9_-]{56,400})$/

/**
 * Like a pass, a token holds what it opens and its expiry, and is sealed under the admin token: no process keeps a
 * list. A new admin token ends them all.
 */
export function makeUserToken(user: string, adminToken: string, expiresAt: number): UserToken {
  const facts = Buffer.alloc(TIME_BYTES + Buffer.byteLength(user))
  facts.writeBigUInt64BE(BigInt(expiresAt))
  facts.write(user, TIME_BYTES)
  const sealed = Buffer.concat([seal(adminToken, facts), facts])
  return { token: PREFIX + sealed.toString('base64url'), user, expiresAt }
}

/** Null: not a token of this home, or an expired one. */
export function readUserToken(presented: string, adminToken: string, now: number): UserToken | null {
  const [, text] = TOKEN.exec(presented) ?? []
  if (text === undefined) return null
  const bytes = Buffer.from(text, 'base64url')
  const facts = bytes.subarray(SEAL_BYTES)
  if (facts.length <= TIME_BYTES) return null
  if (!timingSafeEqual(bytes.subarray(0, SEAL_BYTES), seal(adminToken, facts))) return null
  const expiresAt = Number(facts.readBigUInt64BE())
  return expiresAt > now ? { token: presented, user: facts.toString('utf8', TIME_BYTES), expiresAt } : null
}

function seal(adminToken: string, facts: Buffer): Buffer {
  return createHmac('sha256', derive(Buffer.from(adminToken), 'management user'))
    .update(facts)
    .digest()
}
