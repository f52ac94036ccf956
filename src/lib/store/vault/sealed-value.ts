// `v1.<keyId>.<nonce>.<tag>.<data>`, each part base64url: AES-256-GCM under a key of the user. The account is
// authenticated too, so a value moved to another account or user does not open.

import type { KeyObject } from 'node:crypto'
import { createCipheriv, createDecipheriv, createSecretKey, randomBytes } from 'node:crypto'
import { derive } from './master-key.ts'
import type { MasterKey } from './master-key.ts'

export interface SealContext {
  user: string
  accountId: string
}

export interface SealedValue {
  keyId: string
  nonce: Buffer
  tag: Buffer
  data: Buffer
}

const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

export function sealValue(key: MasterKey, secret: string, context: SealContext): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, userKey(key, context.user), nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(boundTo(key.id, context))
  const data = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  const parts = [nonce, cipher.getAuthTag(), data].map((part) => part.toString('base64url'))
  return ['v1', key.id, ...parts].join('.')
}

/** Null: not a sealed value, or a truncated one. */
export function parseSealed(text: string): SealedValue | null {
  const [version, keyId, ...encoded] = text.split('.')
  const parts = encoded.map((part) => Buffer.from(part, 'base64url'))
  // Node's decoder skips unknown characters; only the canonical spelling of a value is accepted.
  const isCanonical = parts.every((part, index) => part.toString('base64url') === encoded[index])
  const [nonce, tag, data] = parts
  if (version !== 'v1' || keyId === undefined || parts.length !== 3 || !isCanonical) return null
  // Node would accept a tag of 4 bytes, which can be guessed.
  if (nonce?.length !== NONCE_BYTES || tag?.length !== TAG_BYTES || data === undefined) return null
  return { keyId, nonce, tag, data }
}

/** Null: changed since it was sealed, or sealed for another account or user. */
export function openValue(key: MasterKey, sealed: SealedValue, context: SealContext): string | null {
  const decipher = createDecipheriv(ALGORITHM, userKey(key, context.user), sealed.nonce, {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(boundTo(key.id, context))
  decipher.setAuthTag(sealed.tag)
  try {
    const opened = decipher.update(sealed.data)
    const rest = decipher.final() // checks the tag; this cipher returns all of the text before
    return (rest.length === 0 ? opened : Buffer.concat([opened, rest])).toString('utf8')
  } catch {
    return null // the tag does not fit
  }
}

/** Ten thousand accounts may belong to one user. Users are added over the API, so their number is bounded. */
const MOST_USER_KEYS = 1024
const userKeys = new WeakMap<MasterKey, Map<string, KeyObject>>()

/** Derived once for each user: the derivation costs several times as much as the decryption of a credential. */
function userKey(key: MasterKey, user: string): KeyObject {
  let known = userKeys.get(key)
  if (known === undefined) userKeys.set(key, (known = new Map<string, KeyObject>()))
  let derived = known.get(user)
  if (derived === undefined) {
    derived = createSecretKey(derive(key.secret, `user ${user}`))
    if (known.size >= MOST_USER_KEYS) known.clear()
    known.set(user, derived)
  }
  return derived
}

/** As JSON, so that no two contexts give the same bytes. */
function boundTo(keyId: string, context: SealContext): Buffer {
  return Buffer.from(JSON.stringify(['v1', keyId, context.accountId, context.user]))
}
