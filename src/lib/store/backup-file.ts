import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto'
import { QwenctlError } from '../base/errors.ts'
import { derive } from './vault/master-key.ts'
import type { MasterKey } from './vault/master-key.ts'
import { SCRYPT_BLOCK_SIZE, SCRYPT_COST, deriveCheck, isPowerOfTwo, stretch } from './vault/passphrase.ts'

/**
 * The first line of a backup: `qwenctl-backup ` and this header as JSON. The rest of the file is nonce, tag and
 * data.
 */
interface BackupHeader {
  version: number
  /** RFC 3339. */
  createdAt: string
  kdf: 'scrypt'
  N: number
  r: number
  p: number
  /** base64url. */
  salt: string
  /** Distinguishes a wrong passphrase from a damaged file. */
  check: string
}

export const BACKUP_VERSION = 1

const MAGIC = 'qwenctl-backup '
const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
const LONGEST_HEADER = 4096

/**
 * Makes the bytes of a backup file: AES-256-GCM under a key from the passphrase. Every byte of the header is
 * authenticated.
 */
export async function sealBackup(
  content: Buffer,
  passphrase: string,
  options: { createdAt: string; scryptCost?: number },
): Promise<Buffer> {
  const { createdAt, scryptCost: N = SCRYPT_COST } = options
  const salt = randomBytes(16).toString('base64url')
  const settings = { kdf: 'scrypt', N, r: SCRYPT_BLOCK_SIZE, p: 1, salt } as const
  const key = await stretch(settings, passphrase)
  const check = deriveCheck(key).toString('base64url')
  const header: BackupHeader = { version: BACKUP_VERSION, createdAt, ...settings, check }
  const line = Buffer.from(`${MAGIC}${JSON.stringify(header)}\n`)
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, contentKey(key), nonce, { authTagLength: TAG_BYTES })
  cipher.setAAD(line)
  const data = Buffer.concat([cipher.update(content), cipher.final()])
  return Buffer.concat([line, nonce, cipher.getAuthTag(), data])
}

/**
 * Opens a backup. Throws `invalid_value` for a file that is no backup, and `store_too_new` for a file of a newer
 * qwenctl. Throws `vault_locked` for a wrong passphrase, and `store_corrupt` for a damaged file. The message names
 * `file`.
 */
export async function openBackup(bytes: Buffer, passphrase: string, file: string): Promise<Buffer> {
  const { header, line } = readHeader(bytes, file)
  const key = await stretch(header, passphrase)
  const expected = Buffer.from(header.check, 'base64url')
  const actual = deriveCheck(key)
  if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) {
    throw new QwenctlError('vault_locked', `the passphrase does not open ${file}`, {
      hint: 'give the passphrase it was made with; if that is the one, the first line of the file is damaged',
    })
  }
  const nonceEnd = line.length + NONCE_BYTES
  const decipher = createDecipheriv(ALGORITHM, contentKey(key), bytes.subarray(line.length, nonceEnd), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(line)
  decipher.setAuthTag(bytes.subarray(nonceEnd, nonceEnd + TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(nonceEnd + TAG_BYTES)), decipher.final()])
  } catch {
    throw damaged(file, 'was changed or cut off') // the tag does not fit
  }
}

function contentKey(key: MasterKey): Buffer {
  return derive(key.secret, 'backup')
}

function readHeader(bytes: Buffer, file: string): { header: BackupHeader; line: Buffer } {
  const end = bytes.subarray(0, LONGEST_HEADER).indexOf('\n')
  const text = bytes.toString('utf8', 0, end)
  if (end < 0 || !text.startsWith(MAGIC)) {
    throw new QwenctlError('invalid_value', `${file} is not a backup of qwenctl`, {
      hint: 'give a file that qwenctl accounts backup wrote',
    })
  }
  const header = parseHeader(text.slice(MAGIC.length))
  if (header === null) throw damaged(file, 'has a first line that cannot be read')
  if (header.version > BACKUP_VERSION) {
    throw new QwenctlError(
      'store_too_new',
      `${file} was made by a newer qwenctl (version ${header.version}, this one knows ${BACKUP_VERSION})`,
    )
  }
  const line = bytes.subarray(0, end + 1)
  if (bytes.length < line.length + NONCE_BYTES + TAG_BYTES) throw damaged(file, 'is cut off')
  if (!isSound(header)) throw damaged(file, 'has a first line that cannot be right')
  return { header, line }
}

function parseHeader(text: string): BackupHeader | null {
  try {
    const header = JSON.parse(text) as BackupHeader | null
    return typeof header?.version === 'number' ? header : null
  } catch {
    return null
  }
}

/** Bounds the memory that a changed header can make scrypt use: at most 2 GiB. */
function isSound({ version, kdf, N, r, p, salt, check }: BackupHeader): boolean {
  const isText = [salt, check].every((text) => typeof text === 'string')
  const isCostly = isPowerOfTwo(N) && N >= 2 ** 10 && N <= 2 ** 21
  return version === 1 && kdf === 'scrypt' && isCostly && r === SCRYPT_BLOCK_SIZE && p === 1 && isText
}

function damaged(file: string, what: string): QwenctlError {
  return new QwenctlError('store_corrupt', `the backup ${file} ${what}; nothing was changed`, {
    hint: 'use another copy of it, or an older backup',
  })
}
