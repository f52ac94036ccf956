import { readFileSync } from 'node:fs'
import { writeAtomically } from './documents/files/atomic-write.ts'

/** The tokens in qwen-code's credentials file. */
export interface QwenCodeTokens {
  accessToken: string
  refreshToken: string
  /** Epoch milliseconds. */
  expiresAt: number
}

/** Null: there is no such file, or qwen-code would not accept it either. */
export function readQwenCodeFile(file: string): QwenCodeTokens | null {
  const {
    access_token: accessToken,
    refresh_token: refreshToken,
    expiry_date: expiresAt,
  } = parsedFile(file) ?? {}
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string') return null
  if (typeof expiresAt !== 'number' || !Number.isFinite(expiresAt)) return null
  return { accessToken, refreshToken, expiresAt }
}

/** Writes new tokens into the file, and keeps its other fields. Throws `store_unwritable`. */
export async function writeQwenCodeFile(file: string, tokens: QwenCodeTokens): Promise<void> {
  const whole = {
    ...parsedFile(file),
    access_token: tokens.accessToken,
    refresh_token: tokens.refreshToken,
    expiry_date: tokens.expiresAt,
  }
  await writeAtomically(file, JSON.stringify(whole, null, 2))
}

function parsedFile(file: string): Record<string, unknown> | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown> | null
  } catch {
    return null // missing or damaged: qwen-code repairs its own file
  }
}
