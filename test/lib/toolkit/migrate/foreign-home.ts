import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { builtinProviders } from '../../../../src/lib/provider/builtin/index.ts'
import { diskView } from '../../../../src/lib/toolkit/migrate/read/disk-view.ts'
import { findCredentials, sourceNamed } from '../../../../src/lib/toolkit/migrate/find-credentials.ts'
import type { SearchResult } from '../../../../src/lib/toolkit/migrate/find-credentials.ts'
import type { SourceId } from '../../../../src/lib/toolkit/migrate/finding.ts'
import { sources } from '../../../../src/lib/toolkit/migrate/sources.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

export const TODAY = '2026-11-22'

/** A home folder of other tools, with these files in it; objects become JSON. */
export function givenFiles(files: Record<string, string | object>): string {
  const home = temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    const path = join(home, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  }
  return home
}

export interface LookOptions {
  env?: Record<string, string>
  from?: string
}

/** The finds of a source in a home folder with `work` as the current folder. */
export function find(source: SourceId | null, home: string, options: LookOptions = {}): SearchResult {
  const chosen = source === null ? sources : [sourceNamed(sources, source)]
  const from = options.from === undefined ? null : join(home, options.from)
  return findCredentials(chosen, from, {
    files: diskView,
    env: options.env ?? {},
    home,
    folder: join(home, 'work'),
    today: TODAY,
    providers: builtinProviders,
  })
}

/** Bytes and times of every file below a folder. */
export function readState(folder: string): Record<string, [string, number]> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [path, [readFileSync(path, 'base64'), statSync(path).mtimeMs]]
    }),
  )
}

/** A login as qwen-code keeps it; `mark` tells two apart. */
export function login(mark: string, more: object = {}): object {
  return {
    access_token: `access-${mark}-0123456789abcdef`,
    refresh_token: `refresh-${mark}-0123456789abcdef`,
    token_type: 'Bearer',
    resource_url: 'portal.qwen.ai',
    expiry_date: 1_795_000_000_000,
    ...more,
  }
}
