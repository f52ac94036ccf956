// The other side of wasm/json-walk.ts: a walk over JSON in machine code, for the short and usual texts that nearly all of
// them are. It finds what scan-body.ts and glance-answer.ts look for, or says that a text is odd; those walk it themselves
// then. docs/decisions/0020 says what that brings.
import { readFileSync } from 'node:fs'
import type { Span } from './json-scan.ts'

/** Of longer ones the most is a few long strings, which a native search walks as fast, without a copy. */
export const MOST_WALKED_BYTES = 16 << 10

// As wasm/json-walk.ts has them.
const REQUEST_NAMES = 1 << 10
const COUNT_NAMES = 2 << 10
const NAME_BYTES = 32
const WINDOW = 4 << 10
const USUAL = 1

interface Walks {
  memory: { buffer: ArrayBuffer }
  walkRequest(length: number, names: number, messages: number): number
  walkAnswer(length: number, names: number): number
}

/** What of WebAssembly is used; Node's types leave it to the browser's. */
interface Engine {
  Module: new (code: Uint8Array) => object
  Instance: new (module: object) => { exports: unknown }
}

const walks = load()
const memory = walks === null ? Buffer.alloc(WINDOW + MOST_WALKED_BYTES) : Buffer.from(walks.memory.buffer)
const window = memory.subarray(WINDOW, WINDOW + MOST_WALKED_BYTES)
const results = new Int32Array(memory.buffer, memory.byteOffset, WINDOW / Int32Array.BYTES_PER_ELEMENT)

/** Null: there is no WebAssembly here (`--jitless`), or no room for its memory. */
function load(): Walks | null {
  try {
    const { Module, Instance } = Reflect.get(globalThis, 'WebAssembly') as Engine
    const code = readFileSync(new URL('json-walk.wasm', import.meta.url))
    return new Instance(new Module(code)).exports as Walks
  } catch {
    return null
  }
}

/** Each result holds until the next walk, of whatever kind. */
function spanAt(place: number): Span | undefined {
  const end = results[place + 1]!
  return end === 0 ? undefined : { start: results[place]!, end }
}

function placeNames(names: readonly string[], at: number): void {
  names.forEach((name, index) => {
    const start = at + index * NAME_BYTES
    memory[start] = name.length
    memory.write(name, start + 1)
  })
}

/** Walks requests for their members of these names, and for the contents of their opening messages. */
export class RequestWalk {
  readonly #count: number
  readonly #messages: number

  /** `messages`: which of the names they stand under. */
  constructor(names: readonly string[], messages: string) {
    this.#count = names.length
    this.#messages = names.indexOf(messages)
    placeNames(names, REQUEST_NAMES)
  }

  /** Whether it is a usual one; else nothing was found. */
  goes(body: Buffer): boolean {
    const { length } = body
    if (walks === null || length > MOST_WALKED_BYTES) return false
    window.set(body)
    return walks.walkRequest(length, this.#count, this.#messages) === USUAL
  }

  /** After the opening brace. */
  get insertAt(): number {
    return results[0]!
  }

  /** Where the value of a name stands, by its index. */
  span(name: number): Span | undefined {
    return spanAt(1 + 2 * name)
  }

  /** Where the contents of the messages up to the first of the user stand. */
  contents(): Span[] {
    const place = 1 + 2 * this.#count
    const count = results[place]!
    const contents: Span[] = []
    for (let index = 0; index < count; index++) contents.push(spanAt(place + 1 + 2 * index)!)
    return contents
  }
}

/** Walks answers for their usage, and for the counts of these names in it. */
export class AnswerWalk {
  readonly #count: number

  constructor(names: readonly string[]) {
    this.#count = names.length
    placeNames(names, COUNT_NAMES)
  }

  /** Whether it is a usual one that cannot be an error; else nothing was found. */
  goes(body: Buffer): boolean {
    const { length } = body
    if (walks === null || length > MOST_WALKED_BYTES) return false
    window.set(body)
    return walks.walkAnswer(length, this.#count) === USUAL
  }

  get usage(): Span | undefined {
    return spanAt(0)
  }

  /** Where the count of a name stands, by its index; an end of 0: nowhere. */
  start(name: number): number {
    return results[2 + 2 * name]!
  }

  end(name: number): number {
    return results[3 + 2 * name]!
  }
}
