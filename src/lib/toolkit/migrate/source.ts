import type { Provider } from '../../provider/provider.ts'
import type { Finding, SourceId } from './finding.ts'

/** The files of this machine as sources see them; nothing can be written through it. */
export interface FileView {
  /** What stands at a path; null: nothing, or nothing that can be read from. */
  kind(path: string): 'file' | 'folder' | null
  /** Throws `DamagedFile` for what cannot be read. */
  text(path: string): string
  /** Names in a folder in their order; empty where there is no such folder. */
  names(folder: string): string[]
  /** The rows of a query on an SQLite file, which stays as it is. Throws `DamagedFile`. */
  rows(path: string, query: string, ...values: string[]): Record<string, unknown>[]
}

/** What a source may look at. */
export interface Look {
  files: FileView
  env: Readonly<Record<string, string | undefined>>
  /** The user's home folder. */
  home: string
  /** The current folder. */
  folder: string
  /** The UTC day, `YYYY-MM-DD`. */
  today: string
  providers: readonly Provider[]
  /** Reports a file by name that is passed over. */
  damaged(file: string, reason: string): void
}

export interface SourceFile {
  path: string
  text: string
}

/** A tool, or a kind of file, that keeps credentials. */
export interface Source {
  id: SourceId
  label: string
  /** Which files of a folder named by `--from` are its own. */
  inFolder: RegExp
  /** Which file named by `--from` may be one of its own; `read` has the last word. */
  asFile: RegExp
  /** The files to look for where nothing is named, absolute; they need not exist. */
  usual(look: Look): string[]
  /** Null: the file is of something else. Throws `DamagedFile`. */
  read(file: SourceFile, look: Look): Finding[] | null
  /** What it finds outside of files; not asked where `--from` names one. */
  beyondFiles?(look: Look): Finding[]
}

/** A file that cannot be understood. The reason never quotes it. */
export class DamagedFile extends Error {
  readonly file: string

  constructor(file: string, reason: string) {
    super(reason)
    this.name = 'DamagedFile'
    this.file = file
  }
}
