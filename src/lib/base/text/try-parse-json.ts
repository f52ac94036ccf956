const BYTE_ORDER_MARK = 0xfeff

/** The value of a JSON text, with or without a byte order mark. Undefined: the text is not JSON. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text) as unknown
  } catch {
    return undefined
  }
}
