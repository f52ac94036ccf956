import { readFileSync } from 'node:fs'

export interface PackageRoot {
  /** A file URL that ends in a slash. */
  folder: URL
  version: string
}

let known: PackageRoot | null | undefined

/**
 * The folder of this program's package.json, found upwards from this file, because sources and built files lie at
 * different depths. Null where there is none. Read once: a long-running process keeps its version after an upgrade.
 */
export function findPackageRoot(): PackageRoot | null {
  if (known === undefined) known = findRoot()
  return known
}

function findRoot(): PackageRoot | null {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    const version = readOwnVersion(new URL('package.json', folder))
    if (version !== null) return { folder, version }
    if (folder.pathname === new URL('..', folder).pathname) return null
  }
}

/** Null where the file is missing or describes another package. */
function readOwnVersion(file: URL): string | null {
  try {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    return name === 'qwenctl' && typeof version === 'string' ? version : null
  } catch {
    return null
  }
}
