import type { TranslationPlan } from '../plan.ts'
import type { AnswerEnd, AnswerHead, AnswerListener, Block } from './answer.ts'
import { cleanId } from './tools/call-ids.ts'
import { unwrapInput } from './tools/custom-tools.ts'

/**
 * Tells an answer as the client asked for it: tools by the client's own names, custom tools with their plain input,
 * and no thinking if the client wants none.
 */
export class ClientNames implements AnswerListener {
  readonly #writer: AnswerListener
  readonly #plan: Pick<TranslationPlan, 'tools' | 'showsThinking'>
  readonly #ids: Set<string>
  /** The arguments so far of a custom tool's call; null: another block. */
  #input: string[] | null = null
  #isHidden = false

  constructor(writer: AnswerListener, plan: Pick<TranslationPlan, 'tools' | 'showsThinking' | 'callIds'>) {
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
    const id = this.#freeId(cleanId(block.id))
    const tool = this.#plan.tools.get(block.name)
    if (tool === undefined) return this.#writer.begin({ ...block, id })
    this.#input = tool.isCustom && !block.isCustom ? [] : null
    this.#writer.begin({ ...block, ...tool, id })
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
    if (this.#input === null) this.#writer.piece(text)
    else this.#input.push(text)
  }

  endBlock(): void {
    if (this.#isHidden) return
    if (this.#input !== null) {
      const input = unwrapInput(this.#input.join(''))
      this.#input = null
      if (input !== '') this.#writer.piece(input)
    }
    this.#writer.endBlock()
  }

  finish(end: AnswerEnd): void {
    this.#writer.finish(end)
  }
}
