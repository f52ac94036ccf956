import { RawJson, type Json } from './raw-json.ts'

/**
 * Members that clients and models write freely. Their objects and lists are kept as text. A member of the same name
 * at the top of a body belongs to the format, and is parsed.
 */
const KEPT: ReadonlySet<string> = new Set([
  'arguments',
  'args',
  'input',
  'input_schema',
  'parameters',
  'parametersJsonSchema',
  'parameters_json_schema',
  'response',
  'responseJsonSchema',
  'responseSchema',
  'response_json_schema',
  'response_schema',
  'schema',
])

/** Deeper values exist in no format. A limit keeps the stack small. */
const MAX_DEPTH = 256

/**
 * Parses JSON as `JSON.parse` does, with two differences. What a client or model writes freely becomes `RawJson`. So do
 * numbers that a double cannot hold. Throws `SyntaxError`.
 */
export function parseJson(text: string): unknown {
  return new Parser(text).parse()
}

/** Parses JSON with everything in it kept as text, up to the members of the top. Null: it is no object. */
export function parseMembers(text: string): Map<string, RawJson> | null {
  return new Parser(text).members()
}

/** Parses a JSON list with each element kept as text. Null: the text is no list. Throws `SyntaxError`. */
export function parseElements(text: string): RawJson[] | null {
  return new Parser(text).elements()
}

class Parser {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  parse(): unknown {
    if (this.#text.charCodeAt(0) === BYTE_ORDER_MARK) this.#at = 1
    this.#skipBlanks()
    const value = this.#value(false)
    this.#skipBlanks()
    if (this.#at !== this.#text.length) this.#fail()
    return value
  }

  members(): Map<string, RawJson> | null {
    this.#skipBlanks()
    if (this.#text.charCodeAt(this.#at) !== OPEN_OBJECT) return null
    const found = new Map<string, RawJson>()
    this.#eachMember((key) => {
      const from = this.#at
      this.#skip()
      found.set(key, new RawJson(this.#text.slice(from, this.#at)))
    })
    return found
  }

  elements(): RawJson[] | null {
    this.#skipBlanks()
    if (this.#text.charCodeAt(this.#at) !== OPEN_LIST) return null
    const found: RawJson[] = []
    this.#eachElement(() => found.push(this.#raw()))
    this.#skipBlanks()
    if (this.#at !== this.#text.length) this.#fail()
    return found
  }

  #value(isKept: boolean): unknown {
    const code = this.#text.charCodeAt(this.#at)
    if (code === QUOTE) return this.#string()
    if (code === OPEN_OBJECT || code === OPEN_LIST) {
      if (isKept && this.#depth > 1) return this.#raw()
      return code === OPEN_OBJECT ? this.#object() : this.#list()
    }
    return this.#scalar()
  }

  #raw(): RawJson {
    const from = this.#at
    this.#skip()
    return new RawJson(this.#text.slice(from, this.#at))
  }

  #object(): Json {
    const object: Json = {}
    this.#eachMember((key) => {
      const value = this.#value(KEPT.has(key))
      if (key === '__proto__') Object.defineProperty(object, key, { value, enumerable: true })
      else object[key] = value
    })
    return object
  }

  #eachMember(take: (key: string) => void): void {
    this.#enter()
    for (let isFirst = true; ; isFirst = false) {
      this.#skipBlanks()
      const code = this.#text.charCodeAt(this.#at)
      if (code === CLOSE_OBJECT) break
      if (!isFirst) {
        if (code !== COMMA) this.#fail()
        this.#at += 1
        this.#skipBlanks()
      }
      if (this.#text.charCodeAt(this.#at) !== QUOTE) this.#fail()
      const key = this.#string()
      this.#skipBlanks()
      if (this.#text.charCodeAt(this.#at) !== COLON) this.#fail()
      this.#at += 1
      this.#skipBlanks()
      take(key)
    }
    this.#leave()
  }

  #list(): unknown[] {
    const list: unknown[] = []
    this.#eachElement(() => list.push(this.#value(false)))
    return list
  }

  /** Skips a value, and checks its form. */
  #skip(): void {
    const code = this.#text.charCodeAt(this.#at)
    if (code === QUOTE) this.#string()
    else if (code === OPEN_OBJECT) this.#eachMember(() => this.#skip())
    else if (code === OPEN_LIST) this.#eachElement(() => this.#skip())
    else this.#scalar()
  }

  #eachElement(take: () => void): void {
    this.#enter()
    for (let isFirst = true; ; isFirst = false) {
      this.#skipBlanks()
      const code = this.#text.charCodeAt(this.#at)
      if (code === CLOSE_LIST) break
      if (!isFirst) {
        if (code !== COMMA) this.#fail()
        this.#at += 1
        this.#skipBlanks()
      }
      take()
    }
    this.#leave()
  }

  #enter(): void {
    this.#depth += 1
    this.#at += 1
    if (this.#depth > MAX_DEPTH) this.#fail()
  }

  #leave(): void {
    this.#depth -= 1
    this.#at += 1
  }

  #string(): string {
    const text = this.#text
    const from = this.#at
    // Most strings have no escape, and one search finds their end and checks them.
    PLAIN.lastIndex = from + 1
    if (PLAIN.test(text)) {
      this.#at = PLAIN.lastIndex
      return text.slice(from + 1, this.#at - 1)
    }
    let end = text.indexOf('"', from + 1)
    for (; isEscaped(text, end, from); end = text.indexOf('"', end + 1)) if (end === -1) this.#fail()
    this.#at = end + 1
    return JSON.parse(text.slice(from, end + 1)) as string
  }

  #scalar(): unknown {
    SCALAR.lastIndex = this.#at
    const found = SCALAR.exec(this.#text)?.[0]
    if (found === undefined) return this.#fail()
    this.#at += found.length
    if (found === 'true') return true
    if (found === 'false') return false
    return found === 'null' ? null : parseNumber(found)
  }

  #skipBlanks(): void {
    const text = this.#text
    for (let code = text.charCodeAt(this.#at); code <= 0x20; code = text.charCodeAt(this.#at)) {
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at += 1
    }
  }

  #fail(): never {
    throw new SyntaxError(`unexpected text in JSON at ${this.#at}`)
  }
}

// The rest of a string without escapes, and its end. A control character in a string is no JSON.
// eslint-disable-next-line no-control-regex
const PLAIN = /[^"\\\u0000-\u001f]*"/y
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

const BYTE_ORDER_MARK = 0xfe_ff
const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** Whether a backslash before the quote at `quote` makes it part of the string. */
function isEscaped(text: string, quote: number, from: number): boolean {
  if (quote === -1) return true
  let at = quote
  while (at > from + 1 && text.charCodeAt(at - 1) === 0x5c) at -= 1
  return (quote - at) % 2 === 1
}

function parseNumber(text: string): number | RawJson {
  const value = Number(text)
  if (text.length < 16 && Number.isFinite(value)) return value
  return String(value) === text ? value : new RawJson(text)
}
