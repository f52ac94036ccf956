import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Interfaces } from '@oclif/core'
import { isRecord } from '../../base/is-record.ts'
import { findHookFile } from './probe-hook.ts'

/** Verdicts about the hooks of installed plugins, below the cache folder of the home. */
export const HOOK_VERDICTS = 'plugin-hooks.json'

/** `usable`, or the reason why the plugin is not used. */
export type Verdict = 'usable' | 'time' | 'memory'

interface Entry {
  signature: string
  verdict: Verdict
  /** Epoch milliseconds; null: as long as the plugin stays the same. */
  until: number | null
}

type Installed = Pick<Interfaces.Plugin, 'name' | 'version' | 'root' | 'hooks'>

/**
 * The results of probes, by the folder of the plugin. A verdict belongs to one state of the plugin.
 * Processes share the file, and a lost, damaged or unwritable one costs another probe.
 */
export class HookVerdicts {
  readonly #file: string
  readonly #event: string

  constructor(file: string, event: string) {
    this.#file = file
    this.#event = event
  }

  /** Null: unknown, or of another state of the plugin. */
  read(plugin: Installed, now: number): Verdict | null {
    const entry = this.#readAll()[plugin.root]
    if (entry === undefined || entry.signature !== this.#sign(plugin)) return null
    return entry.until === null || now < entry.until ? entry.verdict : null
  }

  keep(plugin: Installed, verdict: Verdict, until: number | null): void {
    // Without a break between reading and writing, no other plugin of this process loses its entry.
    const others = Object.entries(this.#readAll()).filter(([root]) => existsSync(root))
    const signature = this.#sign(plugin)
    const all = { ...Object.fromEntries(others), [plugin.root]: { signature, verdict, until } }
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 })
      writeFileSync(this.#file, JSON.stringify(all), { mode: 0o600 })
    } catch {
      // Only a cache: the next command probes the hook again.
    }
  }

  #readAll(): Record<string, Entry> {
    try {
      const all: unknown = JSON.parse(readFileSync(this.#file, 'utf8'))
      if (!isRecord(all)) return {}
      return Object.fromEntries(Object.entries(all).filter((row): row is [string, Entry] => isEntry(row[1])))
    } catch {
      return {}
    }
  }

  #sign({ name, version, root, hooks }: Installed): string {
    const targets = (hooks[this.#event] ?? []).map(({ target, identifier }) => [target, identifier])
    const files = targets.map(([target = '']) => findHookFile(root, target))
    return JSON.stringify([
      name,
      version,
      root,
      targets,
      [join(root, 'package.json'), ...files].map(describeFile),
    ])
  }
}

/** npm gives all files the same time of change. The time of the inode shows that they were written again. */
function describeFile(file: string | null): number[] | null {
  const stats = file === null ? undefined : statSync(file, { throwIfNoEntry: false })
  return stats === undefined ? null : [stats.mtimeMs, stats.ctimeMs, stats.size]
}

function isEntry(value: unknown): value is Entry {
  if (!isRecord(value) || typeof value['signature'] !== 'string') return false
  const { verdict, until } = value
  return (
    ['usable', 'time', 'memory'].includes(verdict as string) && (until === null || typeof until === 'number')
  )
}
