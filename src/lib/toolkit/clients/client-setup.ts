import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { readErrno } from '../../base/errno.ts'
import { redact } from '../../account/mask.ts'
import { QwenctlError } from '../../base/errors.ts'
import { clients, type ClientFacts, type ClientSetup, type FileSetup } from './client-table.ts'
import type { ConfigText, Path } from './config-text.ts'
import { diffLines } from './diff-lines.ts'
import { DotenvText } from './dotenv-text.ts'
import { JsoncText } from './jsonc-text.ts'
import { TomlText } from './toml-text.ts'
import { YamlText } from './yaml-text.ts'

/** A file before and after. */
export interface FilePlan {
  file: string
  format: FileSetup['format']
  /** Null: there is no such file. */
  before: string | null
  /** The file without an earlier set-up, which an undo restores; null: there is none. */
  base: string | null
  after: string
  /** Lines with `+`, `-` or a blank before them, with every key masked. */
  diff: string[]
  /** Values that an undo keeps, because another edit has changed them. */
  kept: string[]
  changes: RecordedChange[]
}

interface RecordedChange {
  path: Path
  /** The value before; absent: there was none. */
  before?: unknown
  /** The value before, as it was written; absent: in an older record, or where its form has no text of its own. */
  source?: string
  /** The hash of the written value, which may hold a client key. */
  hash: string
  /** The length of the shortest missing part of the path, from its beginning; 0: there was a value. */
  createdFrom: number
}

interface RecordedFile {
  file: string
  format: FileSetup['format']
  /** The copy of the file before; null: there was no file. */
  copy: string | null
  /** The hash of the file as written. */
  hash: string
  changes: RecordedChange[]
}

/** The changes of a set-up, so that it can be undone. */
interface SetupRecord {
  client: string
  at: string
  /** The client key made for it; null: none. */
  keyName: string | null
  files: RecordedFile[]
}

/** Finds a client by its name. Throws `invalid_value`. */
export function findClient(id: string): ClientSetup {
  const found = clients.find((client) => client.id === id)
  if (found !== undefined) return found
  throw new QwenctlError('invalid_value', `qwenctl cannot set up ${id}`, {
    hint: `it knows ${clients.map((client) => client.id).join(', ')}; docs/guide/clients.md has others`,
  })
}

/** Sets clients up in their own configuration, and undoes that. `folder`: private, for records and copies. */
export class ClientSetups {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The clients that are set up, by their ids. */
  list(): string[] {
    return clients.map(({ id }) => id).filter((id) => existsSync(this.#recordFile(id)))
  }

  /** The client key that an earlier set-up has made; null: none. */
  findKey(client: string): string | null {
    return this.#read(client)?.keyName ?? null
  }

  /** The files after the set-up. An earlier one is undone first. Throws `failed` for a file that cannot be edited. */
  plan(client: ClientSetup, facts: ClientFacts): FilePlan[] {
    const before = this.#read(client.id)
    return client.files(facts).map((setup) => {
      const file = resolved(setup.file)
      const recorded = before?.files.find((each) => each.file === file)
      const now = readText(file)
      const base = recorded === undefined || now === null ? now : this.#withoutSetup(recorded, now).text
      const isOurs = recorded?.copy === null && isEmptyConfig(base ?? '')
      return planFile({ ...setup, file }, { now, base: isOurs ? null : base }, facts.key)
    })
  }

  /** Writes the planned files, after their copies and the record. */
  apply(
    client: ClientSetup,
    plans: readonly FilePlan[],
    { keyName, at }: { keyName: string | null; at: string },
  ): void {
    const files = plans.map((plan, index): RecordedFile => {
      const copy = this.#copy(client.id, plan, index)
      return { file: plan.file, format: plan.format, copy, hash: hashText(plan.after), changes: plan.changes }
    })
    writeText(
      this.#recordFile(client.id),
      `${JSON.stringify({ client: client.id, at, keyName, files }, null, 2)}\n`,
    )
    for (const { file, after } of plans) writeText(file, after)
  }

  /** The files after the undo. Throws `failed` if nothing was set up. */
  planUndo(client: ClientSetup): FilePlan[] {
    const record = this.#read(client.id)
    if (record === null)
      throw new QwenctlError(
        'failed',
        `${client.title} was not set up by qwenctl, so there is nothing to undo`,
        {
          hint: `qwenctl setup ${client.id} sets it up`,
        },
      )
    return record.files.flatMap((recorded) => {
      const now = readText(recorded.file)
      if (now === null) return []
      const { text, kept } = this.#withoutSetup(recorded, now)
      const { file, format } = recorded
      const diff = diffLines(now, text).map((line) => redact(line, []))
      return [{ file, format, before: now, base: text, after: text, diff, kept, changes: [] }]
    })
  }

  /** Writes the files of an undo. A file that only the set-up has made is removed. */
  applyUndo(client: ClientSetup, plans: readonly FilePlan[]): void {
    const record = this.#read(client.id)
    for (const { file, after } of plans) {
      const isOurs = record?.files.some((each) => each.file === file && each.copy === null) === true
      if (isOurs && isEmptyConfig(after)) rmSync(file, { force: true })
      else writeText(file, after)
    }
    rmSync(join(this.#folder, client.id), { recursive: true, force: true })
  }

  /** The text without the set-up. A file that was not edited since gets its copy back. */
  #withoutSetup(recorded: RecordedFile, now: string): { text: string; kept: string[] } {
    // Without its copy, the recorded changes are taken back one by one.
    const copied = recorded.copy === null ? '' : readText(recorded.copy)
    if (copied !== null && hashText(now) === recorded.hash) return { text: copied, kept: [] }
    const config = openConfig(recorded.file, recorded.format, now)
    const kept: string[] = []
    for (const change of recorded.changes.toReversed()) {
      const value = config.get(change.path)
      if (value === undefined) continue
      if (hashText(JSON.stringify(value)) !== change.hash) kept.push(change.path.join('.'))
      else if (change.source !== undefined) config.restore(change.path, change.source)
      else if (change.before !== undefined) config.set(change.path, change.before)
      else removeWithParents(config, change)
    }
    return { text: closeAsBefore(config.text, copied ?? ''), kept }
  }

  #copy(client: string, { base, file }: FilePlan, index: number): string | null {
    if (base === null) return null
    const copy = join(this.#folder, client, `${index}-${basename(file)}`)
    writeText(copy, base)
    return copy
  }

  #recordFile(client: string): string {
    return join(this.#folder, client, 'setup.json')
  }

  #read(client: string): SetupRecord | null {
    const file = this.#recordFile(client)
    const text = readText(file)
    if (text === null) return null
    try {
      return JSON.parse(text) as SetupRecord
    } catch (cause) {
      throw new QwenctlError('failed', `${file} is damaged, so the set-up of ${client} cannot be undone`, {
        cause,
        hint: `edit the configuration of ${client} yourself, and remove ${dirname(file)}`,
      })
    }
  }
}

function planFile(
  { file, format, changes }: FileSetup,
  { now, base }: { now: string | null; base: string | null },
  key: string,
): FilePlan {
  const config = openConfig(file, format, base ?? '')
  const recorded: RecordedChange[] = []
  for (const { path, value, isDefault } of changes) {
    const before = config.get(path)
    if (before !== undefined && isDefault === true) continue
    const source = config.source(path)
    const missing = path.findIndex((_, index) => config.get(path.slice(0, index + 1)) === undefined)
    config.set(path, value)
    const change = { path, hash: hashText(JSON.stringify(value)), createdFrom: missing + 1 }
    const written = source === null ? {} : { source }
    recorded.push(before === undefined ? change : { ...change, before, ...written })
  }
  const after = config.text
  openConfig(file, format, after) // the written file must be readable
  const secrets = key.startsWith('qk_') ? [key] : []
  // The file may hold keys of others, and that of an earlier set-up.
  const diff = diffLines(now ?? '', after).map((line) => redact(line, secrets))
  return { file, format, before: now, base, after, diff, kept: [], changes: recorded }
}

/** Removes the line break that the set-up has added at the end, if the last line is still the same. */
function closeAsBefore(text: string, before: string): string {
  if (before === '' || before.endsWith('\n')) return text
  const last = before.slice(before.lastIndexOf('\n') + 1)
  const open = text.replace(/\r?\n$/, '')
  return open.slice(open.lastIndexOf('\n') + 1) === last ? open : text
}

/** Whether the file is empty now. */
function isEmptyConfig(text: string): boolean {
  return /^\s*(?:\{\s*\}\s*)?$/.test(text)
}

function openConfig(file: string, format: FileSetup['format'], text: string): ConfigText {
  if (format === 'toml') return new TomlText(file, text)
  if (format === 'yaml') return new YamlText(file, text)
  return format === 'dotenv' ? new DotenvText(text) : new JsoncText(file, text)
}

/** Removes a value with the objects that the set-up made for it, if they are empty now. */
function removeWithParents(config: ConfigText, { path, createdFrom }: RecordedChange): void {
  config.remove(path)
  for (let length = path.length - 1; length >= createdFrom && createdFrom > 0; length--) {
    const parent = config.get(path.slice(0, length))
    if (typeof parent !== 'object' || parent === null || Object.keys(parent).length > 0) return
    config.remove(path.slice(0, length))
  }
}

/** The file behind a link: people keep their configuration in a repository. */
function resolved(file: string): string {
  return existsSync(file) ? realpathSync(file) : file
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (readErrno(error) === 'ENOENT') return null
    throw new QwenctlError('failed', `${file} cannot be read`, {
      cause: error,
      hint: 'check its permissions',
    })
  }
}

function writeText(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const mode = existsSync(file) ? statSync(file).mode & 0o777 : 0o600
  const fresh = `${file}.qwenctl-${process.pid}`
  writeFileSync(fresh, text, { mode })
  renameSync(fresh, file)
}

function hashText(text: string | undefined): string {
  return createHash('sha256')
    .update(text ?? '')
    .digest('hex')
}
