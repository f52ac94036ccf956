export type Json = Record<string, unknown>

/** The text of a JSON value, kept as written: numbers, key order, repeated keys and blanks stay. */
export class RawJson {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Writes a value of `parseJson` as JSON. Members that are undefined are left out. */
export function writeJson(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (value instanceof RawJson) return value.text
  if (Array.isArray(value)) return writeList(value as unknown[])
  return writeObject(value as Json)
}

function writeList(list: readonly unknown[]): string {
  let text = '['
  for (let index = 0; index < list.length; index += 1)
    text += index === 0 ? writeJson(list[index]) : `,${writeJson(list[index])}`
  return `${text}]`
}

function writeObject(object: Json): string {
  let text = ''
  for (const key in object) {
    const value = object[key]
    if (value === undefined) continue
    text += (text === '' ? '{' : ',') + writeKey(key) + writeJson(value)
  }
  return text === '' ? '{}' : `${text}}`
}

/** The beginnings of members. All requests of a format have the same few names. */
const keys = new Map<string, string>()
const MOST_KEYS = 512

function writeKey(key: string): string {
  const known = keys.get(key)
  if (known !== undefined) return known
  const written = `${JSON.stringify(key)}:`
  if (keys.size < MOST_KEYS && key.length < 64) keys.set(key, written)
  return written
}

/** Returns the text without blanks between its parts. Strings stay as they are. */
export function compactJson(text: string): string {
  if (!/[\n\r]/.test(text)) return text
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|[ \t\n\r]+/gs, (part) => (part.startsWith('"') ? part : ''))
}
