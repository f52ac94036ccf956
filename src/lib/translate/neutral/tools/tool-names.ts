import { hashText } from '../../../base/text/hash-text.ts'
import type { ToolName, TranslationPlan } from '../../plan.ts'
import type { NeutralRequest } from '../request.ts'

/** The longest name that OpenAI and Google accept; Anthropic accepts 128 (their references of function calling, 2026-11). */
export const SHORT_NAME = 64
export const LONG_NAME = 128

const ANY_FORM = /^[a-zA-Z0-9_-]+$/

/**
 * The names of tools as an upstream takes them: letters, digits, `_` and `-`, up to a length. A name that does not
 * fit gets a stand-in, and answers bring the client's name back.
 */
export class ToolNames {
  readonly #most: number
  readonly #form: RegExp
  readonly #names: ReadonlyMap<string, ToolName>
  /** Upstream names by the request's. */
  readonly #sent = new Map<string, string>()
  readonly #own = new Map<string, ToolName>()

  /** `form`: of a name that the service takes as it is. */
  constructor({ names, tools }: Pick<NeutralRequest, 'names' | 'tools'>, most: number, form = ANY_FORM) {
    this.#most = most
    this.#form = form
    this.#names = names
    // Offered names keep their form where they can, so they come first.
    for (const { name } of tools) if (this.#fits(name)) this.#add(name, name)
    for (const { name } of tools) this.sent(name)
  }

  /** The name for the upstream. */
  sent(name: string): string {
    const known = this.#sent.get(name)
    if (known !== undefined) return known
    let short = this.#fits(name) ? name : this.#shorten(name, this.#most)
    for (let count = 2; this.#own.has(short); count += 1)
      short = `${this.#shorten(name, this.#most - 4)}_${count}`
    this.#add(name, short)
    return short
  }

  /** The client's names by the upstream's, for the answer. */
  get plan(): TranslationPlan['tools'] {
    return this.#own
  }

  #fits(name: string): boolean {
    return name.length <= this.#most && this.#form.test(name)
  }

  #shorten(name: string, most: number): string {
    const plain = shorten(name, most)
    return this.#form.test(plain) ? plain : shorten(`_${name}`, most)
  }

  #add(name: string, sent: string): void {
    if (this.#sent.has(name)) return
    this.#sent.set(name, sent)
    this.#own.set(sent, this.#names.get(name) ?? { name, namespace: null, isCustom: false })
  }
}

/** A hash keeps long names apart that begin alike. */
function shorten(name: string, most: number): string {
  const plain = name.replaceAll(/[^a-zA-Z0-9_-]/g, '_')
  if (plain.length <= most && plain !== '') return plain
  return `${plain.slice(0, most - 8)}_${hashText(name).toString(36).padStart(7, '0')}`
}
