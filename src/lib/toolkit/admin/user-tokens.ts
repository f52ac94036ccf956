import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { derive } from '../../store/vault/master-key.ts'
import { decodeExactly } from './decode-exactly.ts'

/** A token, or a session made from one, that opens the part of one user in the management API. */
export interface UserToken {
  token: string
  user: string
  /** Epoch milliseconds. */
  expiresAt: number
  /** A session: the digest of the token that began it, and that ends it. Null: a token. */
  parent: string | null
}

type Kind = 'token' | 'session'

/** The prefix of every user token and session, so that scanners can find leaks. */
const prefixes: Record<Kind, string> = { token: 'qu_', session: 'qs_' }
const purposes: Record<Kind, string> = { token: 'management user', session: 'management user session' }
const TIME_BYTES = 8
const SEAL_BYTES = 32
const DIGEST_BYTES = 32
/** Makes each session another text, so the end of one ends no other. */
const NONCE_BYTES = 12
const TOKEN = /^(qu_|qs_)([A-Za-z0-9_-]{55,400})$/

/**
 * Like a pass, a token holds what it opens and its expiry, and is sealed under the admin token: no process keeps a
 * list. A new admin token ends them all.
 */
export function makeUserToken(
  { user, expiresAt, parent }: Omit<UserToken, 'token'>,
  adminToken: string,
): UserToken {
  const kind = parent === null ? 'token' : 'session'
  const time = Buffer.alloc(TIME_BYTES)
  time.writeBigUInt64BE(BigInt(expiresAt))
  const origin = parent === null ? [] : [Buffer.from(parent, 'base64url'), randomBytes(NONCE_BYTES)]
  const facts = Buffer.concat([time, ...origin, Buffer.from(user)])
  const sealed = Buffer.concat([seal(kind, adminToken, facts), facts])
  return { token: prefixes[kind] + sealed.toString('base64url'), user, expiresAt, parent }
}

/** Null: not a token of this home, or an expired one. */
export function readUserToken(presented: string, adminToken: string, now: number): UserToken | null {
  const [, prefix, text = ''] = TOKEN.exec(presented) ?? []
  const bytes = prefix === undefined ? null : decodeExactly(text)
  if (bytes === null) return null
  const kind = prefix === prefixes.session ? 'session' : 'token'
  const facts = bytes.subarray(SEAL_BYTES)
  const digestEnd = TIME_BYTES + DIGEST_BYTES
  const userAt = kind === 'session' ? digestEnd + NONCE_BYTES : TIME_BYTES
  if (facts.length <= userAt) return null
  if (!timingSafeEqual(bytes.subarray(0, SEAL_BYTES), seal(kind, adminToken, facts))) return null
  const expiresAt = Number(facts.readBigUInt64BE())
  if (expiresAt <= now) return null
  const parent = kind === 'session' ? facts.toString('base64url', TIME_BYTES, digestEnd) : null
  return { token: presented, user: facts.toString('utf8', userAt), expiresAt, parent }
}

function seal(kind: Kind, adminToken: string, facts: Buffer): Buffer {
  return createHmac('sha256', derive(Buffer.from(adminToken), purposes[kind]))
    .update(facts)
    .digest()
}
