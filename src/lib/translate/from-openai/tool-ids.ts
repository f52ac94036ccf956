/**
 * Ids of tool calls in Anthropic's form: unique, with letters, digits, `_` and `-` only. Some services number the
 * calls from the start in each turn, or leave the id empty. The next result then belongs to the first call without
 * one.
 */
export class ToolIds {
  readonly #taken = new Set<string>()
  /** By the chat's id, the calls that wait for their results. */
  readonly #waiting = new Map<string, string[]>()

  call(id: string): string {
    const own = this.#free(cleaned(id))
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) this.#waiting.set(id, [own])
    else waiting.push(own)
    return own
  }

  result(id: string): string {
    return this.#waiting.get(id)?.shift() ?? cleaned(id)
  }

  #free(wanted: string): string {
    let own = wanted
    for (let count = 2; this.#taken.has(own); count += 1) own = `${wanted}_${count}`
    this.#taken.add(own)
    return own
  }
}

function cleaned(id: string): string {
  return id === '' ? 'call' : id.replaceAll(/[^a-zA-Z0-9_-]/g, '_')
}
