import { accessSync, chmodSync, constants, existsSync, lstatSync, readdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { describeError } from '../../store/documents/files/file-error.ts'
import type { Home } from '../../store/home.ts'
import type { Check } from './check.ts'
import { check } from './check.ts'
import type { DoctorParts } from './doctor-parts.ts'

interface Exposed {
  path: string
  isFolder: boolean
  mode: number
}

const OTHERS = 0o077
const OTHERS_WRITE = 0o022

/**
 * Files must be 0600, folders 0700. A folder that others can list may be intended. A file that others can open, or a
 * folder that they can write to, is a fault.
 */
export function checkPermissions({ home, fix }: DoctorParts, platform = process.platform): Check {
  const title = 'home and permissions'
  if (platform === 'win32')
    return check('permissions', title, { status: 'skip', detail: 'Windows has no modes to look at' })
  if (!existsSync(home.dataFolder)) {
    const detail = `${home.dataFolder} is not there yet`
    return check('permissions', title, { status: 'ok', detail })
  }
  const closed = findUnwritable(home)
  if (closed !== null) return check('permissions', title, { status: 'fail', ...closed })
  const exposed = exposedIn(home)
  if (fix) for (const { path, isFolder } of exposed) chmodSync(path, isFolder ? 0o700 : 0o600)
  if (exposed.length === 0) return check('permissions', title, { status: 'ok', detail: home.dataFolder })
  const [first] = exposed as [Exposed]
  const rest = exposed.length > 1 ? ` and ${exposed.length - 1} more` : ''
  const detail = `${first.path} (${(first.mode & 0o777).toString(8)})${rest} open to other users of this machine`
  if (fix) return check('permissions', title, { status: 'ok', detail: `closed: ${detail}` })
  const isWrong = exposed.some(({ isFolder, mode }) => !isFolder || (mode & OTHERS_WRITE) !== 0)
  return check('permissions', title, {
    status: isWrong ? 'fail' : 'warn',
    detail,
    fix: 'qwenctl doctor --fix',
  })
}

/** The first folder that cannot be written to, or that has no space left. Null: there is none. */
function findUnwritable(home: Home): { detail: string; fix: string } | null {
  for (const folder of [home.dataFolder, home.stateFolder, home.configFolder].filter(existsSync)) {
    try {
      accessSync(folder, constants.W_OK)
    } catch (error) {
      const fix = 'correct its permissions, or set QWENCTL_HOME to another folder'
      return { detail: `${folder} cannot be written: ${describeError(error)}`, fix }
    }
    const { bavail, blocks } = statfsSync(folder)
    if (blocks > 0 && bavail === 0)
      return { detail: `${folder} has no space left`, fix: `free some space for ${folder}` }
  }
  return null
}

function exposedIn(home: Home): Exposed[] {
  const folders = new Set([home.dataFolder, home.configFolder, home.stateFolder])
  // Compiled code is no secret, and qwenctl never reads it from a folder that others can write to.
  return [...folders]
    .flatMap((folder) => look(folder, home.cacheFolder))
    .filter(({ mode }) => (mode & OTHERS) !== 0)
}

/** The folder and everything below it; links are not followed. */
function look(path: string, except: string): Exposed[] {
  if (path === except || !existsSync(path)) return []
  const stat = lstatSync(path)
  if (stat.isFile()) return [{ path, isFolder: false, mode: stat.mode }]
  if (!stat.isDirectory()) return []
  const below = readdirSync(path).flatMap((name) => look(join(path, name), except))
  return [{ path, isFolder: true, mode: stat.mode }, ...below]
}
