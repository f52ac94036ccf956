// JSON with comments and trailing commas, as the configuration files of many clients have it. Offsets are in UTF-16
// units.

export type JsoncNode = { start: number; end: number } & (
  | { kind: 'object'; members: JsoncMember[] }
  | { kind: 'list'; items: JsoncNode[] }
  | { kind: 'scalar'; value: unknown }
)

export interface JsoncMember {
  key: string
  keyStart: number
  value: JsoncNode
}

/** Throws a `SyntaxError` that names the line. */
export function parseJsonc(text: string): JsoncNode {
  const reader = new Reader(text)
  const root = reader.value()
  if (reader.next() < text.length) throw reader.fault('something follows its end')
  return root
}

export function toValue(node: JsoncNode): unknown {
  if (node.kind === 'scalar') return node.value
  if (node.kind === 'list') return node.items.map(toValue)
  return Object.fromEntries(node.members.map(({ key, value }) => [key, toValue(value)]))
}

/** The offset after spaces and comments. */
export function skipTrivia(text: string, from: number): number {
  let at = from
  for (;;) {
    while (at < text.length && /[\s\uFEFF]/.test(text[at]!)) at++
    if (text.startsWith('//', at)) {
      const end = text.indexOf('\n', at)
      at = end < 0 ? text.length : end
    } else if (text.startsWith('/*', at)) {
      const end = text.indexOf('*/', at + 2)
      at = end < 0 ? text.length : end + 2
    } else return at
  }
}

const SCALAR = /(?:"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)/y
const DEEPEST = 200

class Reader {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  next(): number {
    this.#at = skipTrivia(this.#text, this.#at)
    return this.#at
  }

  fault(what: string): SyntaxError {
    const line = this.#text.slice(0, this.#at).split('\n').length
    return new SyntaxError(`line ${line}: ${what}`)
  }

  value(): JsoncNode {
    const start = this.next()
    const first = this.#text[start]
    if (first !== '{' && first !== '[') return { start, kind: 'scalar', value: this.#scalar(), end: this.#at }
    if (++this.#depth > DEEPEST) throw this.fault('it is nested too deeply')
    this.#at++
    const node: JsoncNode =
      first === '{'
        ? { start, kind: 'object', members: this.#list('}', () => this.#member()), end: this.#at }
        : { start, kind: 'list', items: this.#list(']', () => this.value()), end: this.#at }
    node.end = this.#at
    this.#depth--
    return node
  }

  #list<Item>(close: string, read: () => Item): Item[] {
    const items: Item[] = []
    for (;;) {
      if (this.#text[this.next()] === close) break
      items.push(read())
      const after = this.#text[this.next()]
      if (after === close) break
      if (after !== ',') throw this.fault(`a comma or ${close} is missing`)
      this.#at++
    }
    this.#at++
    return items
  }

  #member(): JsoncMember {
    const keyStart = this.#at
    const key = this.#scalar()
    if (typeof key !== 'string') throw this.fault('a name is not a string')
    if (this.#text[this.next()] !== ':') throw this.fault('a colon is missing')
    this.#at++
    return { key, keyStart, value: this.value() }
  }

  #scalar(): unknown {
    SCALAR.lastIndex = this.#at
    const found = SCALAR.exec(this.#text)
    if (found === null) throw this.fault('a value is missing or not valid')
    this.#at = SCALAR.lastIndex
    try {
      return JSON.parse(found[0]) as unknown
    } catch {
      throw this.fault('a value is not valid')
    }
  }
}
