import { basename, join, sep } from 'node:path'
import { QwenctlError } from '../../base/errors.ts'
import type { Finding, SourceId } from './finding.ts'
import { DamagedFile } from './read/source.ts'
import type { ReadContext, Source } from './read/source.ts'

/** A skipped file, by name. */
export interface SkippedFile {
  file: string
  reason: string
}

export interface SearchResult {
  findings: Finding[]
  damaged: SkippedFile[]
  /** Settings that belong to no account, by file. */
  leftOut: SkippedFile[]
  /** Every file that was looked for, existing or not. */
  looked: string[]
}

/** Reads the sources, or the path in `from`, and skips damaged files. */
export function findCredentials(
  sources: readonly Source[],
  from: string | null,
  context: Omit<ReadContext, 'damaged' | 'leftOut'>,
): SearchResult {
  const found: SearchResult = { findings: [], damaged: [], leftOut: [], looked: [] }
  const damaged = (file: string, reason: string) => {
    if (!found.damaged.some((one) => one.file === file)) found.damaged.push({ file, reason })
  }
  const leftOut = (file: string, reason: string) => {
    if (!found.leftOut.some((one) => one.file === file && one.reason === reason)) {
      found.leftOut.push({ file, reason })
    }
  }
  const whole: ReadContext = { ...context, damaged, leftOut }
  const kind = from === null ? null : context.files.kind(from)
  if (from !== null && kind === null) {
    throw new QwenctlError('invalid_value', `there is no file or folder ${from}`, {
      hint: 'name one that is there with --from PATH',
    })
  }
  if (from !== null && kind === 'file') return fromFile(sources, from, { found, context: whole })
  for (const source of sources) {
    const paths = from === null ? source.usual(whole) : inFolder(source, from, whole)
    for (const path of paths) readInto(found, source, path, whole)
    if (from === null) found.findings.push(...(source.beyondFiles?.(whole) ?? []))
    if (from === null && source.beyondFiles !== undefined) found.looked.push(source.label)
  }
  return found
}

/** The files of a source in a folder: its own, and those of a copied home (`.codex/config.toml`). */
function inFolder(source: Source, folder: string, context: ReadContext): string[] {
  const own = context.files
    .names(folder)
    .filter((name) => source.inFolder.test(name))
    .map((name) => join(folder, name))
  const asHome = source
    .usual({ ...context, home: folder, folder, env: {} })
    .filter((path) => path.startsWith(join(folder, sep)) && context.files.kind(path) === 'file')
  return [...new Set([...own, ...asHome])]
}

function readInto(found: SearchResult, source: Source, path: string, context: ReadContext): void {
  if (!found.looked.includes(path)) found.looked.push(path)
  if (context.files.kind(path) !== 'file') return
  try {
    found.findings.push(...(readFrom(source, path, context) ?? []))
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error
    context.damaged(error.file, error.message)
  }
}

/** Null: the file belongs to another source. */
function readFrom(source: Source, path: string, context: ReadContext): Finding[] | null {
  if (context.files.isDatabase(path)) return source.readDatabase?.(path, context) ?? null
  return source.read({ path, text: context.files.text(path) }, context)
}

/**
 * The first source that recognises the file reads it. A file is damaged if its source says so, or if it is
 * unreadable.
 */
function fromFile(
  sources: readonly Source[],
  path: string,
  { found, context }: { found: SearchResult; context: ReadContext },
): SearchResult {
  found.looked.push(path)
  const able = sources.filter((source) => source.asFile.test(basename(path)) || sources.length === 1)
  const problems: DamagedFile[] = []
  if (!context.files.isDatabase(path)) context.files.text(path)
  for (const source of able) {
    try {
      const findings = readFrom(source, path, context)
      if (findings !== null) return { ...found, findings }
    } catch (error) {
      if (!(error instanceof DamagedFile)) throw error
      problems.push(error)
    }
  }
  const [problem] = problems
  context.damaged(path, problem?.message ?? `holds nothing of ${joinNames(sources)}`)
  return found
}

function joinNames(sources: readonly Source[]): string {
  const [only, ...others] = sources
  return only !== undefined && others.length === 0 ? only.label : 'a kind that qwenctl knows'
}

/** The source with this id. Throws `invalid_value` naming all sources. */
export function sourceNamed(sources: readonly Source[], id: string): Source {
  const source = sources.find((one) => one.id === (id as SourceId))
  if (source !== undefined) return source
  throw new QwenctlError('invalid_value', `there is no source ${id}`, {
    hint: `it is one of ${sources.map((one) => one.id).join(', ')}`,
  })
}
