// JSON that a model wrote passes through these functions with every digit of its numbers.

/** ECMAScript's proposal "JSON.parse source text access", in V8 since 11.4. */
interface ExactJson {
  parse(text: string, revive: (key: string, value: unknown, context: { source: string }) => unknown): unknown
  rawJSON(text: string): unknown
}

const exact = JSON as unknown as ExactJson

/** Parses JSON; numbers that a double cannot hold keep their digits. Undefined: it is not JSON. */
export function parseExact(text: string): unknown {
  try {
    return exact.parse(text, (_, value, { source }) =>
      typeof value === 'number' && String(value) !== source ? exact.rawJSON(source) : value,
    )
  } catch {
    return undefined
  }
}
