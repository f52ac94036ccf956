import { chownSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

/** No account of a system has this id. */
const NOBODY = 65_534

/**
 * Runs the action without the rights of root, which ignores permissions. Folders and files below `folder` belong to
 * that user then.
 */
export async function asOrdinaryUser<R>(folder: string, action: () => Promise<R> | R): Promise<R> {
  if (process.geteuid?.() !== 0) return action()
  chownSync(folder, NOBODY, NOBODY)
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    chownSync(join(folder, name), NOBODY, NOBODY)
  process.seteuid?.(NOBODY)
  try {
    return await action()
  } finally {
    process.seteuid?.(0)
  }
}
