// Makes outside text fit for display. Control characters (C0, C1) steer terminals and forge log lines. Direction
// marks show text backwards (Unicode TR 36 §2.9, Trojan Source, CVE-2021-42574, 2021-11-01). Applied to text from
// services, clients, plugins and files where it leaves qwenctl: terminal, log, CSV, JSON.

const LINE_BREAKS = /[\t\n\v\f\r\u2028\u2029]+/g
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu
const UNSAFE_BUT_LINES = /(?![\t\n]|\r\n)[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu
/** Strings of JSON have no control character below U+0020: `JSON.stringify` escapes them. */
const UNSAFE_IN_JSON = /[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g
const SHOWN = '\ufffd'
const ESCAPE = String.fromCharCode(0x1b)
const COLOUR = new RegExp(`(${ESCAPE}\\[[0-9;]{0,30}m)`)

/** A single line: line breaks become a space, other control characters and direction marks become U+FFFD. */
export function printable(text: string): string {
  return text.replace(LINE_BREAKS, ' ').replace(UNSAFE, SHOWN).toWellFormed()
}

/** Several lines: as `printable`, but line breaks and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(UNSAFE_BUT_LINES, SHOWN)
}

/** Several lines with colour codes, which stay: a last check of qwenctl's output for a terminal. */
export function printableColours(text: string): string {
  const pieces = text.split(COLOUR)
  // `split` with a group puts each colour code at an odd index.
  return pieces.map((piece, index) => (index % 2 === 1 ? piece : printableLines(piece))).join('')
}

/** JSON text with the same value, and with every control character and direction mark escaped. */
export function escapeInJson(json: string): string {
  return json.replace(UNSAFE_IN_JSON, (unsafe) => `\\u${unsafe.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
