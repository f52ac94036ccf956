import type { TranslationPlan } from '../plan.ts'
import type { AnswerEnd, AnswerHead, AnswerListener, Block } from './answer.ts'
import type { Citation } from './sources.ts'
import { cleanId } from './tools/call-ids.ts'
import { unwrapInput } from './tools/custom-tools.ts'

/** The beginning of `null`, with some spaces: the arguments may still become this word. */
const MAY_BE_NULL = /^\s{0,99}(?:n(?:u(?:l(?:l\s{0,99})?)?)?)?$/

type AnswerFacts = Pick<TranslationPlan, 'tools' | 'hasOnlyStubs' | 'showsThinking' | 'callIds' | 'leftOut'>

/**
 * Changes an answer to what the client can take: its own names of tools, plain input of custom tools, and `{}` for
 * `null` arguments. Unwanted thinking and calls without room are left out.
 */
export class ClientNames implements AnswerListener {
  readonly #writer: AnswerListener
  readonly #plan: AnswerFacts
  readonly #ids: Set<string>
  /** The arguments so far of a custom tool's call; null: another block. */
  #input: string[] | null = null
  /** The arguments so far of a call, while they may still be `null`; null: other arguments, or another block. */
  #blank: string | null = null
  #isHidden = false
  /** The client has the one call that its form of 2023 has room for. */
  #hasLegacyCall = false

  constructor(writer: AnswerListener, plan: AnswerFacts) {
    this.#writer = writer
    this.#plan = plan
    this.#ids = new Set(plan.callIds)
  }

  start(head: AnswerHead): void {
    this.#writer.start(head)
  }

  begin(block: Block): void {
    this.#isHidden = !this.#plan.showsThinking && (block.kind === 'thinking' || block.kind === 'sealed')
    if (this.#isHidden) return
    if (block.kind !== 'call') return this.#writer.begin(block)
    // A service may ignore `tool_choice`, and call a tool that the client did not offer.
    if (this.#plan.hasOnlyStubs === true) return this.#dropCall('tool_calls')
    const tool = this.#plan.tools.get(block.name)
    // Clients join the pieces of a second call to the first, or lose it.
    if (tool?.isLegacy === true && this.#hasLegacyCall) return this.#dropCall('function_call')
    const id = this.#freeId(cleanId(block.id))
    this.#input = tool?.isCustom === true && !block.isCustom ? [] : null
    this.#blank = this.#input === null && !block.isCustom ? '' : null
    if (tool?.isLegacy === true) this.#hasLegacyCall = true
    this.#writer.begin({ ...block, ...tool, id })
  }

  #dropCall(field: string): void {
    this.#isHidden = true
    const { leftOut } = this.#plan
    if (!leftOut.includes(field)) leftOut.push(field)
  }

  /** Services may number their calls from the start in each turn. A client could not send both back. */
  #freeId(wanted: string): string {
    let own = wanted
    for (let count = 2; this.#ids.has(own); count += 1) own = `${wanted.slice(0, 58)}_${count}`
    this.#ids.add(own)
    return own
  }

  piece(text: string): void {
    if (this.#isHidden) return
    if (this.#blank !== null) this.#fillBlank(text)
    else if (this.#input === null) this.#writer.piece(text)
    else this.#input.push(text)
  }

  /** Models write `null` for no arguments (https://github.com/langroid/langroid/pull/988, 2026-11), in any pieces. */
  #fillBlank(text: string): void {
    const blank = this.#blank + text
    if (MAY_BE_NULL.test(blank)) this.#blank = blank
    else {
      this.#blank = null
      this.#writer.piece(blank)
    }
  }

  cite(sources: readonly Citation[]): void {
    if (!this.#isHidden) this.#writer.cite?.(sources)
  }

  endBlock(): void {
    if (this.#isHidden) return
    if (this.#blank !== null) {
      if (this.#blank !== '') this.#writer.piece('{}')
      this.#blank = null
    }
    if (this.#input !== null) {
      const input = unwrapInput(this.#input.join(''))
      this.#input = null
      if (input !== '') this.#writer.piece(input)
    }
    this.#writer.endBlock()
  }

  finish(end: AnswerEnd): void {
    const isDropped = end.reason === 'calls' && this.#plan.hasOnlyStubs === true
    this.#writer.finish(isDropped ? { ...end, reason: 'end' } : end)
  }
}
