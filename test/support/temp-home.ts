import { join } from 'node:path'
import { temporaryFolder } from './temp-folder.ts'
import { resolveHome } from '../../src/lib/store/home.ts'
import type { Home } from '../../src/lib/store/home.ts'

/** A home in a folder that goes when the test ends; nothing in it exists yet. */
export function tempHome(): Home {
  return resolveHome({ QWENCTL_HOME: join(temporaryFolder(), 'home') })
}
