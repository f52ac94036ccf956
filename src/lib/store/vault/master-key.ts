import { hkdfSync, randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { QwenctlError } from '../../base/errors.ts'
import { writeAtomically } from '../documents/files/atomic-write.ts'
import { readStoreFile } from '../documents/files/read-store-file.ts'
import { withLock } from '../locks/lock.ts'

/** 32 bytes; the keys of all users derive from it. */
export interface MasterKey {
  /** Part of each sealed value, so that a home may have several keys. The id reveals nothing about the secret. */
  id: string
  secret: Buffer
}

export const KEY_BYTES = 32

export function loadMasterKey(secret: Buffer): MasterKey {
  return { id: derive(secret, 'key id', 6).toString('base64url'), secret }
}

/** HKDF-SHA256; each purpose has its own text. */
export function derive(secret: Buffer, purpose: string, bytes = KEY_BYTES): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `qwenctl v1 ${purpose}`, bytes))
}

/** Reads the key in `master.key`; null when there is no such file. Throws `store_corrupt`. */
export function readKeyFile(file: string): MasterKey | null {
  const text = readStoreFile(file)?.trim()
  if (text === undefined) return null
  const secret = Buffer.from(text, 'base64url')
  if (secret.length === KEY_BYTES && secret.toString('base64url') === text) return loadMasterKey(secret)
  throw new QwenctlError('store_corrupt', `the key file ${file} does not hold a key; it is left as it is`, {
    hint: `bring the right ${file} back`,
  })
}

/** Creates the key file. If another process was faster, returns the key of that process. */
export function createKeyFile(file: string): Promise<MasterKey> {
  return withLock(file, async () => {
    const existing = readKeyFile(file)
    if (existing !== null) return existing
    const key = loadMasterKey(randomBytes(KEY_BYTES))
    await writeAtomically(file, `${key.secret.toString('base64url')}\n`)
    return key
  })
}

/** Warnings about a key file, for stderr: what a new one means, or that others can read an existing one. */
export function keyFileWarning(file: string, { isNew }: { isNew: boolean }): string | null {
  const isOpen = process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0
  const exposed = `other users of this machine can read ${file}: chmod 600 "${file}"`
  if (!isNew) return isOpen ? exposed : null
  return (
    `credentials are sealed with the key in ${file}, so every program that can read your files can open them; ` +
    `set QWENCTL_PASSPHRASE to seal new ones with a passphrase${isOpen ? `; ${exposed}` : ''}`
  )
}
