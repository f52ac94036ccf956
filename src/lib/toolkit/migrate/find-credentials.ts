import { basename, join } from 'node:path'
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
  look: Omit<ReadContext, 'damaged' | 'leftOut'>,
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
  const whole: ReadContext = { ...look, damaged, leftOut }
  const kind = from === null ? null : look.files.kind(from)
  if (from !== null && kind === null) {
    throw new QwenctlError('invalid_value', `there is no file or folder ${from}`, {
      hint: 'name one that is there with --from PATH',
    })
  }
  if (from !== null && kind === 'file') return fromFile(sources, from, { found, look: whole })
  for (const source of sources) {
    const paths = from === null ? source.usual(whole) : inFolder(source, from, whole)
    for (const path of paths) readInto(found, source, path, whole)
    if (from === null) found.findings.push(...(source.beyondFiles?.(whole) ?? []))
    if (from === null && source.beyondFiles !== undefined) found.looked.push(source.label)
  }
  return found
}

function inFolder(source: Source, folder: string, look: ReadContext): string[] {
  return look.files
    .names(folder)
    .filter((name) => source.inFolder.test(name))
    .map((name) => join(folder, name))
}

function readInto(found: SearchResult, source: Source, path: string, look: ReadContext): void {
  if (!found.looked.includes(path)) found.looked.push(path)
  if (look.files.kind(path) !== 'file') return
  try {
    found.findings.push(...(readFrom(source, path, look) ?? []))
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error
    look.damaged(error.file, error.message)
  }
}

/** Null: the file belongs to another source. */
function readFrom(source: Source, path: string, look: ReadContext): Finding[] | null {
  if (look.files.isDatabase(path)) return source.readDatabase?.(path, look) ?? null
  return source.read({ path, text: look.files.text(path) }, look)
}

/**
 * The first source that recognises the file reads it. A file is damaged if its source says so, or if it is
 * unreadable.
 */
function fromFile(
  sources: readonly Source[],
  path: string,
  { found, look }: { found: SearchResult; look: ReadContext },
): SearchResult {
  found.looked.push(path)
  const able = sources.filter((source) => source.asFile.test(basename(path)) || sources.length === 1)
  const problems: DamagedFile[] = []
  if (!look.files.isDatabase(path)) look.files.text(path)
  for (const source of able) {
    try {
      const findings = readFrom(source, path, look)
      if (findings !== null) return { ...found, findings }
    } catch (error) {
      if (!(error instanceof DamagedFile)) throw error
      problems.push(error)
    }
  }
  const [problem] = problems
  look.damaged(path, problem?.message ?? `holds nothing of ${joinNames(sources)}`)
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
