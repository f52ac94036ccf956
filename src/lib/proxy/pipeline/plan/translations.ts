import { randomBytes } from 'node:crypto'
import type { QwenctlError } from '../../../base/errors.ts'
import { isQwenctlError } from '../../../base/errors.ts'
import type { Member } from '../../../rotation/pool/member.ts'
import type { TranslatedRequest, TranslationContext, Without } from '../../../translate/translate.ts'
import { translateRequest } from '../../../translate/translate.ts'
import type { Incoming, PlanStep } from './outgoing.ts'
import type { RequestBody } from './read-request.ts'

interface TranslationsContext {
  requestId: string
  now: number
  refusesUnknown: boolean
  /** The items of answers are kept for later references. */
  keepsItems: boolean
}

/** The translations of one request, each made once for all accounts of a service. */
export class Translations {
  /** The first refusal: no account of another format can serve the request. */
  refusal: QwenctlError | null = null
  readonly #incoming: Incoming
  readonly #body: RequestBody
  readonly #context: TranslationsContext
  readonly #made = new Map<string, TranslatedRequest | null>()
  /** Names the items of an answer, so that its client can refer to them; null: they are not kept. */
  readonly #itemsToken: string | null
  #text: string | null = null

  constructor(incoming: Incoming, body: RequestBody, context: TranslationsContext) {
    this.#incoming = incoming
    this.#body = body
    this.#context = context
    this.#itemsToken = context.keepsItems ? randomBytes(16).toString('hex') : null
  }

  /**
   * The request for an account of another format; null: that format cannot express it. `without`: parts that the
   * account has refused. `mostTokens`: the most tokens of an answer that it takes; null: as asked.
   */
  make(
    { speaksLike }: Member,
    { wanted, format }: PlanStep,
    without: readonly Without[] = [],
    mostTokens: number | null = null,
  ): TranslatedRequest | null {
    const key = [format, speaksLike, wanted.model, mostTokens, ...without].join(' ')
    const known = this.#made.get(key)
    if (known !== undefined) return known
    const made = this.#translate(speaksLike, { wanted, format }, { without, mostTokens })
    this.#made.set(key, made)
    return made
  }

  #translate(
    provider: string,
    { wanted, format }: Pick<PlanStep, 'wanted' | 'format'>,
    limits: Pick<TranslationContext, 'without' | 'mostTokens'>,
  ): TranslatedRequest | null {
    const { route, bytes, facts } = this.#incoming
    const { requestId, now, refusesUnknown } = this.#context
    this.#text ??= bytes.toString('utf8')
    try {
      return translateRequest(route.format!, format!, this.#text, {
        provider,
        requestId,
        now,
        refusesUnknown,
        ...limits,
        model: wanted.model ?? this.#body.model ?? '',
        isStream: this.#body.isStream,
        isList: facts?.isList === true,
        ...(this.#itemsToken === null ? {} : { itemsToken: this.#itemsToken }),
      })
    } catch (error) {
      if (!isQwenctlError(error)) throw error
      this.refusal ??= error
      return null
    }
  }
}
