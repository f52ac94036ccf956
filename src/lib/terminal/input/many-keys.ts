import type { Readable } from 'node:stream'
import { QwenctlError } from '../../base/errors.ts'

/** Thousands of keys; whatever is larger is the wrong file. */
const MOST_BYTES = 1 << 20
/** `NAME=KEY`, as in a file of variables. A `=` at the end belongs to a key. */
const ASSIGNED = /^(?:export\s+)?([A-Za-z0-9][A-Za-z0-9._@+-]{0,63})\s*=\s*([^\s=].*)$/

/** A key of `--many`, and the name of its account; null: derived. */
export interface NamedKey {
  name: string | null
  key: string
}

/** All of standard input. Throws `invalid_value`. */
export async function readManyKeys(stdin: Readable): Promise<NamedKey[]> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk as Uint8Array)
    size += bytes.length
    if (size > MOST_BYTES) throw wrong('standard input is too long for a list of keys')
    chunks.push(bytes)
  }
  return parseManyKeys(Buffer.concat(chunks).toString('utf8'))
}

/**
 * The keys of a text: one a line, `NAME=KEY` lines, or JSON: a list of keys or of `{"name", "key"}`, or an object of
 * names and keys. Repeated keys count once. Throws `invalid_value`; no message repeats a key.
 */
export function parseManyKeys(text: string): NamedKey[] {
  const trimmed = text.replace(/^\ufeff/, '').trim()
  const entries = /^[[{]/.test(trimmed) ? parseJson(trimmed) : parseLines(trimmed)
  if (entries.length === 0) throw wrong('standard input holds no key')
  for (const [index, { key }] of entries.entries())
    if (key === '' || /\s/.test(key)) throw wrong(`entry ${index + 1} is not one key`)
  refuseTwins(entries.flatMap(({ name }) => name ?? []))
  const seen = new Set<string>()
  return entries.filter(({ key }) => !seen.has(key) && seen.add(key))
}

function parseLines(text: string): NamedKey[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, value] = ASSIGNED.exec(line) ?? []
      return name === undefined || value === undefined
        ? { name: null, key: unquote(line) }
        : { name, key: unquote(value) }
    })
}

function unquote(text: string): string {
  const [, , quoted] = /^(["'])(.*)\1$/.exec(text) ?? []
  return (quoted ?? text).trim()
}

function parseJson(text: string): NamedKey[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw wrong('standard input begins like JSON, and is none')
  }
  if (Array.isArray(value)) return value.map(readEntry)
  return Object.entries(value as Record<string, unknown>).map(([name, key], index) =>
    readEntry({ name, key }, index),
  )
}

function readEntry(value: unknown, index: number): NamedKey {
  if (typeof value === 'string') return { name: null, key: value.trim() }
  const { name, key } = (value ?? {}) as { name?: unknown; key?: unknown }
  const isNamed = typeof name === 'string' && name !== ''
  if (typeof key !== 'string' || (name !== undefined && name !== null && !isNamed))
    throw wrong(`entry ${index + 1} has no text as its key`)
  return { name: isNamed ? name : null, key: key.trim() }
}

function refuseTwins(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw wrong(`two keys have the name "${name.slice(0, 64)}"`)
    seen.add(name)
  }
}

function wrong(message: string): QwenctlError {
  return new QwenctlError('invalid_value', message, {
    hint: 'write one key a line, NAME=KEY lines, or JSON such as {"work": "KEY"}; nothing was stored',
  })
}
