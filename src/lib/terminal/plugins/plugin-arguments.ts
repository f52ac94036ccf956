import { existsSync } from 'node:fs'
import { resolve } from 'node:path'

/**
 * The arguments of `plugins install` with paths written as npm means them. A name such as `./acme.tgz` would be taken for
 * a repository on GitHub, and `acme.tgz` for a package.
 */
export function withLocalPaths(argv: readonly string[], folder: string = process.cwd()): string[] {
  if (argv[0] !== 'plugins' || (argv[1] !== 'install' && argv[1] !== 'add')) return [...argv]
  return argv.map((word, index) =>
    index > 1 && isLocalPath(word, folder) ? `file:${resolve(folder, word)}` : word,
  )
}

function isLocalPath(word: string, folder: string): boolean {
  if (word.startsWith('-') || !/^(?:\.{1,2}[\\/]|[\\/]|[A-Za-z]:[\\/])|\.t(?:ar\.)?gz$/.test(word))
    return false
  return existsSync(resolve(folder, word))
}
