import { hashText } from '../../../base/text/hash-text.ts'

/**
 * Ids of tool calls that every service accepts: unique, with letters, digits, `_` and `-` only, and no longer than 64
 * characters (https://platform.openai.com/docs/api-reference/responses, 2026-11: `call_id`). Some services number the
 * calls from the start in each turn, or leave the id empty. The next result then belongs to the first call without
 * one.
 */
export class CallIds {
  readonly #clean: (id: string) => string
  readonly #taken = new Set<string>()
  /** By the client's id, the calls that wait for their results. */
  readonly #waiting = new Map<string, string[]>()

  /** `hasNineLetters`: the service takes ids of nine letters and digits. */
  constructor(hasNineLetters = false) {
    this.#clean = hasNineLetters ? nineLetters : cleanId
  }

  call(id: string): string {
    const own = this.#free(this.#clean(id))
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) this.#waiting.set(id, [own])
    else waiting.push(own)
    return own
  }

  result(id: string): string {
    return this.#waiting.get(id)?.shift() ?? this.#clean(id)
  }

  #free(wanted: string): string {
    let own = wanted
    for (let count = 2; this.#taken.has(own); count += 1) own = this.#clean(`${wanted.slice(0, 58)}_${count}`)
    this.#taken.add(own)
    return own
  }
}

function nineLetters(id: string): string {
  if (/^[a-zA-Z0-9]{9}$/.test(id)) return id
  return `${hashText(id).toString(36)}${hashText(`${id}.`).toString(36)}`.padEnd(9, '0').slice(0, 9)
}

const MOST = 64

export function cleanId(id: string): string {
  if (id === '') return 'call'
  const plain = id.replaceAll(/[^a-zA-Z0-9_-]/g, '_')
  return plain.length <= MOST ? plain : `${plain.slice(0, 40)}${plain.slice(-24)}`
}
