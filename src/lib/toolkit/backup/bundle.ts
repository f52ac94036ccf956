// The backup folder: the content of a backup, and its restore. The file format is in `store/backup-file.ts`.

import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { QwenctlError } from '../../base/errors.ts'
import type { AccountsData } from '../../store/documents/accounts-document.ts'
import type { Snapshot } from '../../store/documents/snapshot-content.ts'
import type { SecretsInClear } from '../accounts/account-secrets.ts'

/** A home without its vault: secrets are in the clear, only in memory and inside a sealed backup. */
export interface Bundle {
  createdAt: string
  /** Every `sealed` text is empty; its content is in `secrets`. */
  accounts: AccountsData
  /** By account id. */
  secrets: Record<string, SecretsInClear>
  files: Snapshot
}

interface Manifest extends Omit<Bundle, 'files'> {
  version: 1
  files: { name: string; bytes: number }[]
}

const LENGTH_BYTES = 4

/** Manifest and files as one compressed block. */
export async function encodeBundle(bundle: Bundle): Promise<Buffer> {
  const { files, ...rest } = bundle
  const listed = [...files].map(([name, content]) => ({ name, bytes: content.length }))
  const manifest = Buffer.from(JSON.stringify({ version: 1, ...rest, files: listed } satisfies Manifest))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(manifest.length)
  return promisify(gzip)(Buffer.concat([length, manifest, ...files.values()]))
}

/** Throws `store_corrupt` for any content that `encodeBundle` does not produce. */
export async function decodeBundle(content: Buffer, file: string): Promise<Bundle> {
  let bundle: Bundle | null
  try {
    bundle = split(await promisify(gunzip)(content))
  } catch {
    bundle = null
  }
  if (bundle !== null) return bundle
  throw new QwenctlError('store_corrupt', `the backup ${file} does not hold a home; nothing was changed`)
}

function split(content: Buffer): Bundle | null {
  const start = LENGTH_BYTES + content.readUInt32BE(0)
  const manifest = JSON.parse(content.toString('utf8', LENGTH_BYTES, start)) as Manifest
  const { createdAt, accounts, secrets } = manifest
  const files: Snapshot = new Map()
  let position = start
  for (const { name, bytes } of manifest.files) {
    files.set(name, content.subarray(position, position + bytes))
    position += bytes
  }
  return position === content.length ? { createdAt, accounts, secrets, files } : null
}
