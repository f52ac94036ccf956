import { parse as parseTomlText } from 'smol-toml'
import { LineCounter, parseAllDocuments, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import { isRecord } from '../../../base/is-record.ts'
import { DamagedFile } from './source.ts'
import type { SourceFile } from './source.ts'

export type Fields = Record<string, unknown>

/** Parses JSON with comments and trailing commas. The parser's own message would quote the file. */
export function parseJson({ path, text }: SourceFile): unknown {
  try {
    return JSON.parse(withoutComments(text.replace(/^\ufeff/, ''))) as unknown
  } catch {
    throw new DamagedFile(path, 'is not valid JSON')
  }
}

export function parseYaml(file: SourceFile): unknown {
  return readYaml(file, (options) => readDocument(file, parseDocument(file.text, options), options))
}

/** The documents of a file, which `---` separates. */
export function parseYamlDocuments(file: SourceFile): unknown[] {
  return readYaml(file, (options) =>
    [...parseAllDocuments(file.text, options)].map((one) => readDocument(file, one, options)),
  )
}

interface YamlOptions {
  lineCounter: LineCounter
  prettyErrors: false
  merge: true
  uniqueKeys: false
}

function readYaml<Value>({ path }: SourceFile, read: (options: YamlOptions) => Value): Value {
  try {
    // As PyYAML and yaml.v3 read it, which most of these tools use: `<<` merges, and of two equal keys the last counts.
    return read({ lineCounter: new LineCounter(), prettyErrors: false, merge: true, uniqueKeys: false })
  } catch (error) {
    if (error instanceof DamagedFile) throw error
    // An alias without a target, far too many aliases, or a nesting without an end.
    throw new DamagedFile(path, 'is not valid YAML')
  }
}

function readDocument({ path }: SourceFile, document: Document, { lineCounter }: YamlOptions): unknown {
  const [error] = document.errors
  if (error !== undefined) {
    throw new DamagedFile(path, `is not valid YAML (line ${lineCounter.linePos(error.pos[0]).line})`)
  }
  return document.toJS({ maxAliasCount: 100 }) as unknown
}

/** Parses TOML. The parser's own message would quote the file. */
export function parseToml({ path, text }: SourceFile): unknown {
  try {
    return parseTomlText(text)
  } catch (error) {
    const { line } = error as { line?: unknown }
    throw new DamagedFile(path, `is not valid TOML${typeof line === 'number' ? ` (line ${line})` : ''}`)
  }
}

function withoutComments(text: string): string {
  const PART = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\//g
  const bare = text.replace(PART, (part) => (part.startsWith('"') ? part : ' '))
  return bare.replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (part) => (part === ',' ? '' : part))
}

export function isFields(value: unknown): value is Fields {
  return isRecord(value)
}

/** The object, or an empty one: every field of a foreign file may be missing or have another type. */
export function readFields(value: unknown): Fields {
  return isFields(value) ? value : {}
}

/** The entries of a list that are objects. */
export function readEntries(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : []
}

/** Trimmed text; null for other types and empty text. */
export function readText(value: unknown): string | null {
  const text = typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : ''
  return text === '' ? null : text
}

/** A number, or text that contains one; null for anything else. */
export function readNumber(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : null
}

/** Whether a field is negative: `false`, `0`, `no`, `off`, `disabled`. */
export function isNo(value: unknown): boolean {
  return value === false || value === 0 || /^(false|no|off|0|disabled|inactive)$/i.test(readText(value) ?? '')
}

/** The texts of an object, by name. */
export function textFields(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(readFields(value)).flatMap(([name, one]) => {
      const text = readText(one)
      return text === null ? [] : [[name, text] as const]
    }),
  )
}

/** A list of texts, or one text separated by commas or semicolons. */
export function readTexts(value: unknown): string[] {
  const parts = Array.isArray(value) ? value : typeof value === 'string' ? value.split(/[,;]/) : []
  return parts.map(readText).filter((text) => text !== null)
}
