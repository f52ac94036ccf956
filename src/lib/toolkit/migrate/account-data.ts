import {
  copyFileSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { redact } from '../../account/mask.ts'
import { QwenctlError } from '../../base/errors.ts'

/** Records the origin of an imported login, in the account's own folder. */
export const ORIGIN_FILE = 'imported.json'

const MOST_FILES = 10_000
/** Larger files count as data and are not searched for credentials. */
const MOST_SEARCHED_BYTES = 16 * 1024 * 1024

/** A field of data files with the name of a secret; a number is a count (`input_tokens`). */
const LIKELY_SECRET =
  /(token|secret|passw(or)?d|api[_-]?key|cookies?|credentials?)["']?\s*[:=]\s*["']?(?=[^\s"',}]*[A-Za-z])[^\s"',}]{8,}/i

export interface BroughtAlong {
  copied: string[]
  /** Files with credentials in the clear, which are not copied. */
  left: string[]
}

/**
 * Copies the data of an account into its own folder without overwriting. Credentials are sealed in the account, never
 * copied as files. Settings are copied with masked credentials; other files that contain one are left.
 */
export function bringAlong(from: string, to: string, secrets: string[]): BroughtAlong {
  try {
    return copyData(from, to, secrets)
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown'
    throw new QwenctlError('store_unwritable', `the files of ${from} cannot all be copied (${code})`, {
      hint: 'correct the permissions or free some space, and import again: what is missing is added',
      cause,
    })
  }
}

function copyData(from: string, to: string, secrets: string[]): BroughtAlong {
  const brought: BroughtAlong = { copied: [], left: [] }
  for (const path of filesBelow(from).slice(0, MOST_FILES)) {
    const name = relative(from, path)
    const target = join(to, placeFile(name, from))
    if (existsSync(target)) continue
    const isSettings = /^settings\.ya?ml$/.test(basename(path))
    const text = lstatSync(path).size > MOST_SEARCHED_BYTES ? '' : readFileSync(path, 'latin1')
    const masked = redact(text, secrets)
    if ((masked !== text || LIKELY_SECRET.test(text)) && !isSettings) {
      brought.left.push(name)
      continue
    }
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 })
    if (masked !== text) {
      const settings = redact(readFileSync(path, 'utf8'), secrets)
      writeFileSync(target, settings, { mode: 0o600, flag: 'wx' })
    } else {
      copyFileSync(path, target, constants.COPYFILE_EXCL)
    }
    brought.copied.push(name)
  }
  return brought
}

/**
 * The place of a file in an account's folder. Jobs read the settings, templates and keywords of an account at the top
 * of its folder. Other tools keep them in `config/`, or end them with `.yml`.
 */
function placeFile(name: string, from: string): string {
  const [, kind] = /^(?:config[/\\])?(settings|templates|keywords)\.ya?ml$/.exec(name) ?? []
  if (kind === undefined) return name
  const names = [`${kind}.yaml`, `${kind}.yml`, join('config', `${kind}.yaml`), join('config', `${kind}.yml`)]
  const first = names.find((candidate) => existsSync(join(from, candidate)))
  return name === first ? `${kind}.yaml` : name
}

/** Regular files only, because a link may lead anywhere. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
}

export function rememberOrigin(
  folder: string,
  origin: { source: string; file: string; importedAt: string },
): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, ORIGIN_FILE), `${JSON.stringify(origin, null, 2)}\n`, { mode: 0o600 })
}

/** The file that the account in this folder was imported from; null: unknown. */
export function readOrigin(folder: string): string | null {
  try {
    const { file } = JSON.parse(readFileSync(join(folder, ORIGIN_FILE), 'utf8')) as { file?: unknown }
    return typeof file === 'string' ? file : null
  } catch {
    return null // most accounts were added, not imported
  }
}
