import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { cp, mkdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isQwenctlError, QwenctlError } from '../../base/errors.ts'
import { writeAtomically } from '../../store/documents/files/atomic-write.ts'
import type { Home } from '../../store/home.ts'
import { ensureFolder } from '../../store/home.ts'

/** The folder of an archived account. No user's folder can have that name. */
export function archiveFolder(home: Home, id: string): string {
  return join(home.accountsFolder, '.archive', id)
}

/** The folder of a template: the files for jobs of the account that it was saved from. */
export function templateFolder(home: Home, name: string): string {
  return join(home.accountsFolder, '.templates', name)
}

/** Moves an account's folder, if it has one. Throws `store_unwritable` naming what is in the way. */
export async function moveFolder(from: string, to: string): Promise<void> {
  if (from === to || !existsSync(from)) return
  try {
    await mkdir(dirname(to), { recursive: true, mode: 0o700 })
    await rename(from, to)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new QwenctlError('store_unwritable', `the folder ${from} cannot become ${to} (${code})`, {
      hint: `move ${to} out of the way, or choose another name`,
      cause: error,
    })
  }
}

const FILES: [name: string, content: string][] = [
  [
    'settings.yaml',
    '# Settings of this account for its jobs: {{settings.NAME}}. "model" is the model of its prompts.\n',
  ],
  ['templates.yaml', '# Texts for the prompts of its jobs: {{templates.NAME}}.\n'],
  ['keywords.yaml', '# A list: each run of a job takes the next entry as {{keyword}}.\n'],
]
const FOLDERS = ['media', 'data']

/** Creates the missing files of an account's folder; replaces none. Throws `store_unwritable`. */
export function prepareFolder(folder: string): void {
  for (const name of FOLDERS) ensureFolder(join(folder, name))
  for (const [name, content] of FILES) {
    if (!existsSync(join(folder, name))) createFile(join(folder, name), content)
  }
}

/** `prepareFolder` for a run, which needs only the folder: a read-only one serves as it is. */
export function prepareRunFolder(folder: string): void {
  ensureFolder(folder)
  try {
    prepareFolder(folder)
  } catch (error) {
    if (!isQwenctlError(error)) throw error
  }
}

function createFile(path: string, content: string): void {
  try {
    writeFileSync(path, content, { mode: 0o600 })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new QwenctlError('store_unwritable', `cannot create the file ${path} (${code})`, {
      hint: `make ${dirname(path)} writable`,
      cause,
    })
  }
}

/** Gives a folder the files and media of another, without its data. Files that a person has filled stay. */
export async function copyFolder(from: string, to: string): Promise<void> {
  ensureFolder(to)
  for (const [name, content] of [...FILES, ['media', null] as const]) {
    const [source, target] = [join(from, name), join(to, name)]
    if (!existsSync(source)) continue
    await cp(source, target, { recursive: true, force: content !== null && isUntouched(target, content) })
  }
}

/** Whether a file still has the content that qwenctl gave it. */
function isUntouched(path: string, content: string): boolean {
  return existsSync(path) && readFileSync(path, 'utf8') === content
}

/** Writes the usage of an account to its own folder, and returns the path. Throws `store_unwritable`. */
export async function writeOwnHistory(folder: string, csv: string): Promise<string> {
  const path = join(folder, 'data', 'history.csv')
  ensureFolder(dirname(path))
  await writeAtomically(path, csv)
  return path
}
