import { createHmac, timingSafeEqual } from 'node:crypto'
import { derive } from '../../store/vault/master-key.ts'
import { decodeExactly } from './decode-exactly.ts'

/** A temporary alternative to the admin token: a session of the page, or a ticket that begins a session. */
export interface Pass {
  token: string
  /** Epoch milliseconds. */
  expiresAt: number
}

export type PassKind = 'session' | 'ticket'

const prefixes: Record<PassKind, string> = { session: 'qs_', ticket: 'qt_' }
const PASS = /^(qs_|qt_)([0-9a-z]{1,11})\.([A-Za-z0-9_-]{43})$/

/**
 * A pass contains its expiry and is sealed under the admin token, so no process keeps a list of passes. Every proxy
 * and worker of a home accepts the passes of all others. A new admin token ends them all.
 */
export function makePass(kind: PassKind, adminToken: string, expiresAt: number): Pass {
  const text = expiresAt.toString(36)
  return {
    token: `${prefixes[kind]}${text}.${seal(kind, adminToken, text).toString('base64url')}`,
    expiresAt,
  }
}

/** Null: not a qwenctl pass, or an expired one. */
export function readPass(presented: string, adminToken: string, now: number): PassKind | null {
  const [, prefix, text = '', mac = ''] = PASS.exec(presented) ?? []
  if (prefix === undefined) return null
  const kind = prefix === prefixes.ticket ? 'ticket' : 'session'
  const bytes = decodeExactly(mac)
  const isOurs = bytes !== null && timingSafeEqual(bytes, seal(kind, adminToken, text))
  return isOurs && Number.parseInt(text, 36) > now ? kind : null
}

/** The expiry that a pass states, without checking its seal; null: the text does not have the form of a pass. */
export function findPassEnd(presented: string): number | null {
  const [, , text] = PASS.exec(presented) ?? []
  return text === undefined ? null : Number.parseInt(text, 36)
}

function seal(kind: PassKind, adminToken: string, expiry: string): Buffer {
  return createHmac('sha256', derive(Buffer.from(adminToken), `management ${kind}`))
    .update(expiry)
    .digest()
}
