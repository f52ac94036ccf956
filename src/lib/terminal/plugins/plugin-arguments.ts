import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { QwenctlError } from '../../base/errors.ts'

/**
 * The arguments of `plugins install` with paths written as npm means them. A name such as `./acme.tgz` would be taken for
 * a repository on GitHub, and `acme.tgz` for a package. Throws when the path leads nowhere.
 */
export function withLocalPaths(argv: readonly string[], folder: string = process.cwd()): string[] {
  const [, command] = /^(plugins[: ](?:install|add))(?= |$)/.exec(argv.slice(0, 2).join(' ')) ?? []
  if (command === undefined) return [...argv]
  const last = command.includes(' ') ? 1 : 0
  return argv.map((word, index) =>
    index > last && isLocalPath(word) ? `file:${existingPath(word, folder)}` : word,
  )
}

function isLocalPath(word: string): boolean {
  if (word.startsWith('-') || /^[a-z+]{2,}:/i.test(word)) return false
  return /^(?:\.{1,2}(?:[\\/]|$)|[\\/]|[A-Za-z]:[\\/])|\.t(?:ar\.)?gz$/.test(word)
}

function existingPath(word: string, folder: string): string {
  const path = resolve(folder, word)
  if (existsSync(path)) return path
  throw new QwenctlError('invalid_value', `there is no file or folder ${path}`, {
    hint: 'qwenctl plugins install PATH takes a folder or a .tgz file; qwenctl plugins install NAME a package of npm',
  })
}
