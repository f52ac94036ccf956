import { RawJson } from '../../json/raw-json.ts'

const MOST_SCHEMAS = 512
const LONGEST = 16_384

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A copy that does not keep the whole request of its text in memory. */
function copyText(text: string): string {
  return decoder.decode(encoder.encode(text))
}

/** Remembers the results for schemas: an agent sends the same tools with each request. */
export function rememberSchemas<Result>(make: (schema: RawJson) => Result): (schema: RawJson) => Result {
  const known = new Map<string, Result>()
  return (schema) => {
    const found = known.get(schema.text)
    if (found !== undefined) return found
    if (schema.text.length > LONGEST) return make(schema)
    const own = new RawJson(copyText(schema.text))
    const made = make(own)
    if (known.size >= MOST_SCHEMAS) known.clear()
    known.set(own.text, made)
    return made
  }
}
