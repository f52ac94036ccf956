import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { resolveHome } from '../../src/lib/store/home.ts'
import type { Home } from '../../src/lib/store/home.ts'

/** A folder that goes when the test ends. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'qwenctl-store-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A home in a folder that goes when the test ends; nothing in it exists yet. */
export function tempHome(): Home {
  return resolveHome({ QWENCTL_HOME: join(tempFolder(), 'home') })
}
