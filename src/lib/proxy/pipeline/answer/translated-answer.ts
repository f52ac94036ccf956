import { isQwenctlError } from '../../../base/errors.ts'
import type { TranslationPlan } from '../../../translate/translate.ts'
import { translateAnswer, translateError } from '../../../translate/translate.ts'
import type { HeldAnswer } from './held-answer.ts'
import { parseJson } from './held-answer.ts'

/** Translates a whole answer into the client's format; null if it cannot be expressed there. */
export function inClientsFormat(plan: TranslationPlan, body: Buffer): Buffer | null {
  try {
    return Buffer.from(translateAnswer(plan, body.toString('utf8')))
  } catch (error) {
    if (isQwenctlError(error)) return null
    throw error
  }
}

/** An upstream's error in the client's format, with the provider's own message. `plan`: null if it has that format. */
export function translatedError(plan: TranslationPlan | null, held: HeldAnswer): HeldAnswer {
  if (plan === null) return held
  const { status, rawHeaders, body } = held
  const said = parseJson(body) ?? body.toString('utf8', 0, 4096)
  const kept: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    if (!rawHeaders[index]!.toLowerCase().startsWith('content-'))
      kept.push(rawHeaders[index]!, rawHeaders[index + 1]!)
  }
  return {
    status,
    rawHeaders: [...kept, 'content-type', 'application/json'],
    body: Buffer.from(JSON.stringify(translateError(plan, status, said))),
  }
}

/** The upstream's headers of a stream. Gemini clients may want a JSON list in place of events. */
export function streamHeaders(plan: TranslationPlan | null, passed: readonly string[]): string[] {
  if (plan?.isList !== true) return [...passed]
  const headers: string[] = []
  for (let index = 0; index < passed.length; index += 2)
    if (passed[index]!.toLowerCase() !== 'content-type') headers.push(passed[index]!, passed[index + 1]!)
  return [...headers, 'content-type', 'application/json']
}
