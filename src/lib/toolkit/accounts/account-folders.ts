import { existsSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { QwenctlError } from '../../base/errors.ts'
import type { Home } from '../../store/home.ts'

/** The folder of an archived account. No user's folder can have that name. */
export function archiveFolder(home: Home, id: string): string {
  return join(home.accountsFolder, '.archive', id)
}

/** Moves an account's folder, if it has one. Throws `store_unwritable` naming what is in the way. */
export async function moveFolder(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return
  try {
    await mkdir(dirname(to), { recursive: true, mode: 0o700 })
    await rename(from, to)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new QwenctlError('store_unwritable', `the folder ${from} cannot become ${to} (${code})`, {
      hint: `move ${to} out of the way, or choose another name`,
      cause: error,
    })
  }
}
