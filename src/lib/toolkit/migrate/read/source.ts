import type { Provider } from '../../../provider/provider.ts'
import type { Finding, SourceId } from '../finding.ts'

/** The files of this machine, read-only, as sources see them. */
export interface FileView {
  /** The kind of file at a path; null: nothing, or nothing readable. */
  kind(path: string): 'file' | 'folder' | null
  /** Throws `DamagedFile` for an unreadable file. */
  text(path: string): string
  /** Whether a file is an SQLite database. */
  isDatabase(path: string): boolean
  /** Names in a folder, in order; empty if the folder does not exist. */
  names(folder: string): string[]
  /** The rows of a query on an SQLite file, which stays unchanged. Throws `DamagedFile`. */
  rows(path: string, query: string, ...values: string[]): Record<string, unknown>[]
}

/** Everything that a source may read. */
export interface ReadContext {
  files: FileView
  env: Readonly<Record<string, string | undefined>>
  /** The user's home folder. */
  home: string
  /** The current folder. */
  folder: string
  /** The UTC day, `YYYY-MM-DD`. */
  today: string
  providers: readonly Provider[]
  /** Reports a skipped file by name. */
  damaged(file: string, reason: string): void
  /** Reports settings of a file that belong to no account and are not imported. */
  leftOut(file: string, note: string): void
}

export interface SourceFile {
  path: string
  text: string
}

/** A tool, or a kind of file, that stores credentials. */
export interface Source {
  id: SourceId
  label: string
  /** The files in a `--from` folder that belong to this source. */
  inFolder: RegExp
  /** A `--from` file that may belong to this source; `read` decides. */
  asFile: RegExp
  /** The usual files, absolute, if no path is given; they need not exist. */
  usual(context: ReadContext): string[]
  /** Null: the file belongs to another source. Throws `DamagedFile`. */
  read(file: SourceFile, context: ReadContext): Finding[] | null
  /** Null: the database belongs to another source. Throws `DamagedFile`. */
  readDatabase?(path: string, context: ReadContext): Finding[] | null
  /** Findings outside of files; not called if `--from` names a file. */
  beyondFiles?(context: ReadContext): Finding[]
}

/** A file that cannot be parsed. The reason never quotes it. */
export class DamagedFile extends Error {
  readonly file: string

  constructor(file: string, reason: string) {
    super(reason)
    this.name = 'DamagedFile'
    this.file = file
  }
}
