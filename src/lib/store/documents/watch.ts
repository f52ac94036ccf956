import { watch } from 'node:fs'
import { dirname } from 'node:path'
import type { FSWatcher } from 'node:fs'
import { fileSignature } from './json-file.ts'
import { linkTarget } from './link-target.ts'

export interface WatchOptions {
  /** How often to look where the system does not tell. Default 500. */
  pollMs?: number
}

/**
 * Calls back after each change of a file: written, replaced, created, removed. Events only make it faster: network
 * drives and some containers have none, so the file is also looked at every `pollMs`. Never keeps the process alive.
 * Returns what stops it.
 */
export function watchFile(file: string, onChange: () => void, options: WatchOptions = {}): () => void {
  let seen = fileSignature(file)
  const check = (): void => {
    const now = fileSignature(file)
    if (now === seen) return
    seen = now
    onChange()
  }
  const watcher = watchFolder(file, check)
  const timer = setInterval(check, options.pollMs ?? 500)
  timer.unref()
  return () => {
    clearInterval(timer)
    watcher?.close()
  }
}

/** The folder and not the file: a watch on a file stays with the old one when another takes its place. */
function watchFolder(file: string, onEvent: () => void): FSWatcher | null {
  try {
    const watcher = watch(dirname(linkTarget(file)), { persistent: false }, onEvent)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return null // no such folder yet, no watches left, not supported: polling goes on
  }
}
