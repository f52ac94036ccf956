import { readFileSync } from 'node:fs'

let known: string | null = null

/**
 * The version of this program as it was first asked for. A process that runs longer than its installation keeps its answer
 * when another version is installed over it.
 */
export function ownVersion(): string {
  return (known ??= readVersion())
}

/** From the nearest package.json above: sources and the built files lie at different depths. */
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
