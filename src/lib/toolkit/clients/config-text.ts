import { QwenctlError } from '../../base/errors.ts'

/** The names that lead to a value in a configuration file. */
export type Path = readonly string[]

/** A client's configuration file as text. An edit changes only the bytes that it must. */
export interface ConfigText {
  readonly text: string
  /** The value as plain data; undefined: there is none. */
  get(path: Path): unknown
  /** Sets the value, and creates what leads to it. Throws `failed` if something else has its place. */
  set(path: Path, value: unknown): void
  /** Removes the value, if there is one. */
  remove(path: Path): void
  /** The value as it is written, with its comments; null: there is none, or its form has no text of its own. */
  source(path: Path): string | null
  /** Puts a value back as it was written. There is another in its place. */
  restore(path: Path, source: string): void
}

/** Builds the error for a file that cannot be edited safely. */
export function refuseFile(file: string, why: string): QwenctlError {
  return new QwenctlError('failed', `${file} cannot be edited: ${why}; nothing was changed`, {
    hint: 'correct the file, or set the client up by hand: docs/guide/clients.md',
  })
}

/** The offset of the line break before `at`, or `at` itself if something else is on its line. */
export function lineStartBefore(text: string, at: number): number {
  let start = at
  while (start > 0 && (text[start - 1] === ' ' || text[start - 1] === '\t')) start--
  if (start === 0) return 0
  if (text[start - 1] !== '\n') return at
  return text[start - 2] === '\r' ? start - 2 : start - 1
}
