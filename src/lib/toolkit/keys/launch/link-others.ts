import { readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Links every file of a folder into another one, except `own`, which the program gets from us. */
export function linkOthers(from: string, to: string, own: string): void {
  for (const name of readdirSync(from)) if (name !== own) symlinkSync(join(from, name), join(to, name))
}
