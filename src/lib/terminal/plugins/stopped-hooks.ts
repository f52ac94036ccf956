import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Interfaces } from '@oclif/core'
import { isRecord } from '../../base/is-record.ts'

// Hooks that did not end, in a file of the cache folder: to try one again costs five seconds in every command.

const FILE = 'stopped-hooks.json'
/** The machine may have been too busy for the hook, so it gets another chance. */
const KEPT_MS = 24 * 3_600_000
/** Folders with more entries than a plugin has are read in part. */
const MOST_ENTRIES = 5_000

type Plugin = Pick<Interfaces.Plugin, 'root' | 'version'>

/** Whether this hook was stopped within the last day, and the files of its plugin are the same since. */
export function isKnownAsStopped(cacheFolder: string, plugin: Plugin, event: string): boolean {
  const found = readAll(cacheFolder)[keyOf(plugin, event)]
  if (!isRecord(found)) return false
  const { at, files } = found
  const age = typeof at === 'number' ? Date.now() - at : Infinity
  return age >= 0 && age < KEPT_MS && files === describeFiles(plugin)
}

/** Keeps that this hook was stopped. Without a place to keep it, the next command tries the hook again. */
export function keepAsStopped(cacheFolder: string, plugin: Plugin, event: string): void {
  const stopped = { at: Date.now(), files: describeFiles(plugin) }
  const all = { ...readAll(cacheFolder), [keyOf(plugin, event)]: stopped }
  try {
    mkdirSync(cacheFolder, { recursive: true, mode: 0o700 })
    writeFileSync(join(cacheFolder, FILE), JSON.stringify(all), { mode: 0o600 })
  } catch {
    // Only a cache.
  }
}

function keyOf({ root }: Plugin, event: string): string {
  return `${event} ${root}`
}

/** Nothing where the file is missing or damaged. */
function readAll(cacheFolder: string): Record<string, unknown> {
  try {
    const all: unknown = JSON.parse(readFileSync(join(cacheFolder, FILE), 'utf8'))
    return isRecord(all) ? all : {}
  } catch {
    return {}
  }
}

/** Another text after a change of any file. Packages from npm have one modification time for all of their versions. */
function describeFiles({ root, version }: Plugin): string {
  let newest = readChangeTime(root)
  const folders = [root]
  for (let count = 0, folder; count < MOST_ENTRIES && (folder = folders.pop()) !== undefined;) {
    for (const entry of listEntries(folder)) {
      count += 1
      const path = join(folder, entry.name)
      newest = Math.max(newest, readChangeTime(path))
      if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
        folders.push(path)
    }
  }
  return `${version} ${newest}`
}

function listEntries(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch {
    return []
  }
}

function readChangeTime(path: string): number {
  try {
    return statSync(path).ctimeMs
  } catch {
    return 0
  }
}
