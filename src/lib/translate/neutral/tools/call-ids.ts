/**
 * Ids of tool calls that every service accepts: unique, with letters, digits, `_` and `-` only, and no longer than 64
 * characters (https://platform.openai.com/docs/api-reference/responses, 2026-11: `call_id`). Some services number the
 * calls from the start in each turn, or leave the id empty. The next result then belongs to the first call without
 * one.
 */
export class CallIds {
  readonly #taken = new Set<string>()
  /** By the client's id, the calls that wait for their results. */
  readonly #waiting = new Map<string, string[]>()

  call(id: string): string {
    const own = this.#free(cleanId(id))
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) this.#waiting.set(id, [own])
    else waiting.push(own)
    return own
  }

  result(id: string): string {
    return this.#waiting.get(id)?.shift() ?? cleanId(id)
  }

  #free(wanted: string): string {
    let own = wanted
    for (let count = 2; this.#taken.has(own); count += 1) own = `${wanted.slice(0, 58)}_${count}`
    this.#taken.add(own)
    return own
  }
}

const MOST = 64

export function cleanId(id: string): string {
  if (id === '') return 'call'
  const plain = id.replaceAll(/[^a-zA-Z0-9_-]/g, '_')
  return plain.length <= MOST ? plain : `${plain.slice(0, 40)}${plain.slice(-24)}`
}
