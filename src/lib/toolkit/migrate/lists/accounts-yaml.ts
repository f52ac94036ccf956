import { basename, dirname, join, resolve } from 'node:path'
import { nameProblem } from '../../../account/name.ts'
import { makeFinding } from '../finding.ts'
import type { Finding, ListLimits } from '../finding.ts'
import { readEntries, readFields, isFields, isNo, parseYaml, readText } from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import { DamagedFile } from '../read/source.ts'
import type { ReadContext, Source, SourceFile } from '../read/source.ts'
import { firstText, flattenSettings, readSettings } from './account-settings.ts'
import { readListLimits, readSchedule } from './job-schedule.ts'
import { findCredential } from './folder-credential.ts'

const SOURCE = 'accounts-yaml'

/** A master list `accounts.yaml` with one folder per account: its settings, its credential, its data. */
export const accountsYaml: Source = {
  id: SOURCE,
  label: 'accounts.yaml with a folder per account',
  inFolder: /^accounts\.ya?ml$/,
  asFile: /\.ya?ml$/,
  usual: ({ folder, home }) =>
    [folder, join(folder, 'config'), join(folder, 'accounts'), join(home, '.qwen')].flatMap((parent) =>
      ['accounts.yaml', 'accounts.yml'].map((name) => join(parent, name)),
    ),
  read(file, context) {
    const parsed = parseYaml(file)
    const list = isFields(parsed) ? parsed['accounts'] : parsed
    const entries = readEntries(list)
    const marks = ['folder', 'username', 'api_key', 'apiKey']
    if (!entries.some((entry) => marks.some((mark) => mark in entry))) return null
    if (isFields(parsed)) reportLeftOut(parsed, file, context)
    const limits = readListLimits(parsed)
    return entries.flatMap((entry, index) => readEntry(entry, index, { file, context, limits }))
  },
}

interface Context {
  file: SourceFile
  context: ReadContext
  limits: ListLimits
}

/** Settings that become limits of all jobs: `readListLimits`. */
const LIMITS_OF_JOBS = /^settings\.(max_concurrent_accounts|global_rate_limit)$/

/** Settings for all accounts together have no place in an account. */
function reportLeftOut(parsed: Fields, file: SourceFile, context: ReadContext): void {
  const others = Object.keys(parsed).filter((name) => !['accounts', 'version'].includes(name))
  const names = others.flatMap((name) => {
    const inner = Object.keys(readFields(parsed[name]))
    return inner.length === 0 ? [name] : inner.map((one) => `${name}.${one}`)
  })
  const left = names.filter((name) => !LIMITS_OF_JOBS.test(name))
  if (left.length > 0) context.leftOut(file.path, `${left.join(', ')}: settings of all accounts together`)
}

function readEntry(entry: Fields, index: number, { file, context, limits }: Context): Finding[] {
  const id = readText(entry['id']) ?? String(index + 1)
  const name = readText(entry['name']) ?? readText(entry['username']) ?? `account-${id}`
  const where = { source: SOURCE, file: file.path, name, provider: null } as const
  const flat = flattenSettings(entry)
  const named = readText(entry['folder'])
  const hasKey = firstText(flat, 'api_key', 'apikey', 'key') !== null
  const folder = findFolder(named ?? join('accounts', id), file.path, context)
  try {
    if (folder === null && !hasKey) {
      const wanted = resolve(dirname(file.path), named ?? join('accounts', id))
      return [makeFinding({ ...where, declined: `its folder ${wanted} is not there` })]
    }
    if (folder !== null && `${file.path}/`.startsWith(`${folder}/`)) {
      return [makeFinding({ ...where, declined: `its folder ${folder} is the one of the list itself` })]
    }
    return [readAccount({ ...flat, id, name }, folder, { file, context, limits })]
  } catch (error) {
    // A damaged account does not stop the import of the others.
    if (!(error instanceof DamagedFile)) throw error
    context.damaged(error.file, error.message)
    return [makeFinding({ ...where, declined: `a file of its folder is damaged: ${error.file}` })]
  }
}

/** Relative to the list; of a list in `config/`, relative to the root of its project; else to the current folder. */
function findFolder(written: string, list: string, context: ReadContext): string | null {
  const parent = dirname(list)
  const roots = [
    parent,
    ...(basename(parent) === 'config' ? [dirname(parent)] : []),
    dirname(parent),
    context.folder,
  ]
  return (
    roots.map((root) => resolve(root, written)).find((path) => context.files.kind(path) === 'folder') ?? null
  )
}

const SETTINGS = ['settings.yaml', 'settings.yml', 'config/settings.yaml', 'config/settings.yml']

function readAccount(
  entry: Fields & { name: string },
  folder: string | null,
  { file, context, limits }: Context,
): Finding {
  const settingsFile =
    folder === null
      ? undefined
      : SETTINGS.map((name) => join(folder, name)).find((path) => context.files.kind(path) === 'file')
  const settings =
    settingsFile === undefined
      ? {}
      : flattenSettings(readFields(parseYaml({ path: settingsFile, text: context.files.text(settingsFile) })))
  const whole = { ...entry, ...settings }
  const credential = findCredential(whole, settingsFile ?? folder ?? file.path, folder, context)
  const username = readText(entry['username'])
  const label = firstText(whole, 'label') ?? (nameProblem(entry.name) === null ? null : entry.name)
  return {
    ...credential,
    ...readSettings(whole),
    schedule: readSchedule(whole),
    listLimits: limits,
    name: entry.name,
    label: label?.slice(0, 80) ?? null,
    source: SOURCE,
    folder,
    enabled: !isNo(entry['enabled']) && !isNo(settings['enabled']),
    notes: [...(username === null ? [] : [`of ${username}`]), ...credential.notes],
  }
}
