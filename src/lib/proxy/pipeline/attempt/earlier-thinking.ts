// The model's earlier thinking in a chat request that is not translated. Clients repeat it in the field of the service
// that wrote it. Another service reads another field, or refuses the request.

import { findTakenThoughts, takesThinkingParts } from '../../../translate/translate.ts'
import { splice, type Edit } from '../../wire/body/edit-body.ts'
import { elementSpans, memberSpans } from '../../wire/body/json-cursor.ts'
import { findSpans, keyStart, withComma } from '../../wire/body/member-paths.ts'
import type { HeldAnswer } from '../answer/held-answer.ts'
import { moveThinkingParts } from './thinking-parts.ts'

const FIELDS = ['reasoning_content', 'reasoning_details', 'reasoning'] as const
const MARK = Buffer.from('"reasoning')
const LIST = 'messages'
const MOST_SEARCHED = 4096

/** Words about a field of a message that a service does not know. */
const REFUSED =
  /unsupported|unrecognized|unknown|unexpected|extra[_ ](?:inputs|forbidden)|additional propert|not (?:supported|permitted|allowed)|cannot find field/i

/** The path of the field that a service refuses in an earlier message; null: it refuses something else. */
export function refusedThoughts({ body }: Pick<HeldAnswer, 'body'>, sent: Buffer): string | null {
  if (!sent.includes(MARK)) return null
  const said = body.toString('utf8', 0, MOST_SEARCHED)
  if (!REFUSED.test(said) || !/messages|assistant/i.test(said)) return null
  const field = FIELDS.find((name) => new RegExp(`\\b${name}\\b`).test(said) && hasField(sent, name))
  return field === undefined ? null : `${LIST}.${field}`
}

function hasField(body: Buffer, name: string): boolean {
  return findSpans(body, `${LIST}.${name}`).length > 0
}

interface FittedThoughts {
  body: Buffer
  /** The paths that the request has lost. */
  leftOut: string[]
}

/**
 * Fits the earlier thinking to the service: its own field stays, another is renamed or left out. `refused`: paths that
 * the account has refused. Null: nothing changes.
 */
export function fitThoughts(
  body: Buffer,
  { provider, model, refused }: { provider: string; model: string; refused: readonly string[] },
): FittedThoughts | null {
  const taken = findTakenThoughts(provider, model)
  const field = taken === 'all' ? 'reasoning_content' : taken === 'reasoning' ? taken : null
  const moved = takesThinkingParts(provider) ? null : moveThinkingParts(body, field)
  const fitted = fitFields(moved?.body ?? body, taken, refused)
  if (moved === null) return fitted
  const lost = moved.isLost ? [`${LIST}.content.thinking`] : []
  return { body: fitted?.body ?? moved.body, leftOut: [...lost, ...(fitted?.leftOut ?? [])] }
}

function fitFields(
  body: Buffer,
  taken: ReturnType<typeof findTakenThoughts>,
  refused: readonly string[],
): FittedThoughts | null {
  if (taken === 'all' && refused.length === 0) return null
  if (!body.includes(MARK)) return null
  const isTaken = (name: string) =>
    !refused.includes(`${LIST}.${name}`) && (taken === 'all' || taken === name)
  let fitted = body
  const leftOut: string[] = []
  for (const name of FIELDS) {
    if (isTaken(name)) continue
    const twin = name === 'reasoning_content' && taken === 'reasoning' ? taken : null
    const { edits, isLost } = editField(fitted, name, twin)
    if (edits.length > 0) fitted = splice(fitted, edits)
    if (isLost) leftOut.push(`${LIST}.${name}`)
  }
  return fitted === body ? null : { body: fitted, leftOut }
}

/** Edits that remove a field from each message, or rename it where the message has no `twin`. */
function editField(body: Buffer, name: string, twin: string | null): { edits: Edit[]; isLost: boolean } {
  const edits: Edit[] = []
  let isLost = false
  for (const message of findSpans(body, LIST).flatMap((list) => elementSpans(body, list, Infinity))) {
    const [value] = memberSpans(body, message, name)
    if (value === undefined) continue
    const key = keyStart(body, value.start)
    const isNull = body[value.start] === NULL
    if (twin !== null && !isNull && memberSpans(body, message, twin).length === 0)
      edits.push({ start: key, end: value.start, text: `${JSON.stringify(twin)}:` })
    else {
      edits.push({ ...withComma(body, key, value.end), text: '' })
      isLost ||= !isNull
    }
  }
  return { edits, isLost }
}

const NULL = 0x6e
