import { readFileSync } from 'node:fs'

let known: string | null = null

/**
 * The version of this program, read once. A long-running process keeps its version after another one is installed.
 */
export function ownVersion(): string {
  return (known ??= readVersion())
}

/** From the nearest package.json above: sources and built files are at different depths. */
function readVersion(): string {
  for (let folder = new URL('.', import.meta.url); ; folder = new URL('..', folder)) {
    const version = versionIn(new URL('package.json', folder))
    if (version !== null) return version
    if (folder.pathname === new URL('..', folder).pathname) return '0.0.0'
  }
}

function versionIn(file: URL): string | null {
  try {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    return name === 'qwenctl' && typeof version === 'string' ? version : null
  } catch {
    return null // no package.json here: look further up
  }
}
