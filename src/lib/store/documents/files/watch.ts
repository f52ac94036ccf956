import { watch } from 'node:fs'
import { dirname } from 'node:path'
import type { FSWatcher } from 'node:fs'
import { fileSignature } from './json-file.ts'
import { linkTarget } from './link-target.ts'

export interface WatchOptions {
  /** The polling interval for systems without events. Default 500. */
  pollMs?: number
}

/**
 * Calls back after each change of a file: written, replaced, created, removed. Network drives and some containers
 * have no events, so the file is also checked every `pollMs`. The watcher never keeps the process alive. Returns a
 * function that stops it.
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

/** Watches the folder and not the file: a watch on a file follows the old one after a replacement. */
function watchFolder(file: string, onEvent: () => void): FSWatcher | null {
  try {
    const watcher = watch(dirname(linkTarget(file)), { persistent: false }, onEvent)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return null // no such folder yet, no watches left, or not supported: polling continues
  }
}
