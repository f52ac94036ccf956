import { existsSync, writeFileSync } from 'node:fs'
import { cp, mkdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { QwenctlError } from '../../base/errors.ts'
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
  if (!existsSync(from)) return
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

/** Creates the missing files of an account's folder; replaces none. */
export function prepareFolder(folder: string): void {
  for (const name of FOLDERS) ensureFolder(join(folder, name))
  for (const [name, content] of FILES) {
    if (!existsSync(join(folder, name))) writeFileSync(join(folder, name), content, { mode: 0o600 })
  }
}

/** Gives a folder the files and media of another, without its data. Files that are there stay. */
export async function copyFolder(from: string, to: string): Promise<void> {
  ensureFolder(to)
  for (const name of [...FILES.map(([file]) => file), 'media']) {
    const source = join(from, name)
    if (existsSync(source)) await cp(source, join(to, name), { recursive: true, force: false })
  }
}
