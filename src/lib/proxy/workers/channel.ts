/** A message between two processes, as plain data. */
export type Wired =
  | { kind: 'tell'; what: string; value: unknown }
  | { kind: 'ask'; what: string; id: number }
  | { kind: 'answer'; id: number; value: unknown }

/** An end of the connection to another process. */
export interface Wire {
  /** False, or an error in `sent`: the other process is gone. */
  send(message: Wired, sent: (error: Error | null) => void): unknown
  onMessage(take: (message: unknown) => void): void
}

/** The messages that one side may send without an answer, and its questions. */
export interface Vocabulary {
  tells: object
  asks: object
}

/**
 * Messages and questions between the supervisor and a worker. `Mine` is what this side sends, `Theirs` what
 * it receives. Every question ends: with null if the other side does not answer in time, or is gone.
 */
export class Channel<Mine extends Vocabulary, Theirs extends Vocabulary> {
  readonly #wire: Wire
  readonly #told = new Map<string, (value: never) => void>()
  readonly #answers = new Map<string, () => unknown>()
  readonly #open = new Map<number, (value: unknown) => void>()
  #count = 0

  constructor(wire: Wire) {
    this.#wire = wire
    wire.onMessage((message) => this.#take(message))
  }

  tell<What extends keyof Mine['tells'] & string>(what: What, value: Mine['tells'][What]): void {
    this.#send({ kind: 'tell', what, value })
  }

  on<What extends keyof Theirs['tells'] & string>(
    what: What,
    take: (value: Theirs['tells'][What]) => void,
  ): this {
    this.#told.set(what, take)
    return this
  }

  ask<What extends keyof Mine['asks'] & string>(
    what: What,
    timeoutMs: number,
  ): Promise<Mine['asks'][What] | null> {
    const id = (this.#count += 1)
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#close(id, null), timeoutMs)
      this.#open.set(id, (value) => {
        clearTimeout(timer)
        resolve(value as Mine['asks'][What] | null)
      })
      this.#send({ kind: 'ask', what, id }, () => this.#close(id, null))
    })
  }

  /** `give` may answer at once or later. An error that it throws is no answer. */
  answer<What extends keyof Theirs['asks'] & string>(
    what: What,
    give: () => Theirs['asks'][What] | Promise<Theirs['asks'][What]>,
  ): this {
    this.#answers.set(what, give)
    return this
  }

  /** The other side is gone: all open questions end. */
  close(): void {
    for (const id of [...this.#open.keys()]) this.#close(id, null)
  }

  #close(id: number, value: unknown): void {
    const resolve = this.#open.get(id)
    this.#open.delete(id)
    resolve?.(value)
  }

  #send(message: Wired, onFailure: () => void = () => undefined): void {
    try {
      this.#wire.send(message, (error) => {
        if (error !== null) onFailure()
      })
    } catch {
      onFailure() // closed a moment ago
    }
  }

  #take(message: unknown): void {
    const wired = message as Partial<Wired> | null
    if (wired?.kind === 'tell') this.#told.get(wired.what ?? '')?.(wired.value as never)
    if (wired?.kind === 'answer') this.#close(wired.id ?? 0, wired.value)
    if (wired?.kind === 'ask') void this.#give(wired.what ?? '', wired.id ?? 0)
  }

  async #give(what: string, id: number): Promise<void> {
    let value: unknown = null
    try {
      value = (await this.#answers.get(what)?.()) ?? null
    } catch {
      // a missing answer is allowed: the asker continues without it
    }
    this.#send({ kind: 'answer', id, value })
  }
}
