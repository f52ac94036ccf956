// Parameters of a translated request that its client never wrote, such as an effort. Hints alone, such as a temperature,
// are treated alike. Models support different ones. Without them, the request still means what the client asked for.

import { memberSpans } from '../../wire/body/json-cursor.ts'
import { splice, type Edit } from '../../wire/body/edit-body.ts'
import { findSpans, keyStart, withComma } from '../../wire/body/member-paths.ts'
import type { HeldAnswer } from '../answer/held-answer.ts'
import { lookUp } from '../../../base/text/look-up.ts'

/** Parameters that the request needs to keep its meaning. */
const essential: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'input', 'contents', 'stream', 'system', 'instructions', 'systemInstruction'],
  ...['tools', 'tool_choice', 'generationConfig', 'response_format', 'text', 'max_tokens'],
  ...['stop', 'stop_sequences', 'n', 'logprobs', 'top_logprobs'],
])

/** The client wrote these for the models of its own format. */
const hints: ReadonlySet<string> = new Set([
  ...['temperature', 'top_p', 'top_k', 'frequency_penalty', 'presence_penalty', 'seed', 'verbosity'],
  ...['service_tier', 'parallel_tool_calls', 'prompt_cache_key'],
])

/** Words about a parameter that a service does not take, or not with this value. */
const REFUSED =
  /unsupported|unrecognized|unknown|unexpected|deprecated|cannot both|not (?:supported|permitted|allowed|available|recognized)|(?:does not|doesn't|cannot) (?:support|be)|extra inputs|invalid|must be|should be|only supports?/i

const NAMES = /[A-Za-z][A-Za-z0-9_]{2,40}/g
const MOST_SEARCHED = 4096

/** Part of a parameter: the rest of it has another meaning. */
export const SUMMARY = 'reasoning.summary'
const DISPLAY = 'thinking.display'

/** The names of the model's earlier thinking, in the messages of a chat completion. */
const THOUGHTS = ['reasoning_content', 'reasoning'] as const

/** Words of a service that wants this thinking. */
const WANTED = /missing|required|passed back/i

/** The two names of one limit: a service that knows one refuses the other. */
const twins: Readonly<Record<string, string>> = {
  max_completion_tokens: 'max_tokens',
  max_tokens: 'max_completion_tokens',
}

/**
 * The parameter that an upstream refuses, if the translation has added it; null: none. `sent`: the body of the request.
 * `client`: the body of the client.
 */
export function refusedAddition(
  { body }: Pick<HeldAnswer, 'body'>,
  sent: Buffer,
  client: Buffer,
): string | null {
  const said = body.toString('utf8', 0, MOST_SEARCHED)
  if (!REFUSED.test(said)) return null
  const names = [...said.matchAll(NAMES)].map(([name]) => name)
  // "Use 'max_completion_tokens' instead": https://platform.openai.com/docs/guides/reasoning (2026-11).
  if (
    names.includes('max_tokens') &&
    names.includes('max_completion_tokens') &&
    hasMember(sent, 'max_tokens')
  )
    return 'max_tokens'
  // "Your organization must be verified to generate reasoning summaries"
  // (https://github.com/BerriAI/litellm/issues/16032, 2026-11). The effort stays.
  if (/\breasoning[. ]summar/i.test(said) && hasMember(sent, SUMMARY) && !hasMember(client, SUMMARY))
    return SUMMARY
  const part = refusedPart(said, names, sent, client)
  if (part !== null) return part
  for (const name of names) {
    if (essential.has(name) || !hasMember(sent, name) || hasFormat(sent, name)) continue
    if (hints.has(name) || !hasMember(client, name)) return name
  }
  return null
}

/** The part of a member that the upstream refuses; null: none. The rest of the member stays. */
function refusedPart(said: string, names: readonly string[], sent: Buffer, client: Buffer): string | null {
  const isAdded = (path: string) => hasMember(sent, path) && !hasMember(client, path)
  if (names.includes('thinking') && names.includes('display') && isAdded(DISPLAY)) return DISPLAY
  // Cerebras: "property 'messages.2.assistant.reasoning_content' is unsupported"
  // (https://github.com/Kilo-Org/kilocode/issues/10375, 2026-11).
  if (WANTED.test(said)) return null
  // The word `reasoning` alone may mean the effort.
  const isMeant = (name: string) => name !== 'reasoning' || /messages|assistant/.test(said)
  const thoughts = THOUGHTS.find(
    (name) => names.includes(name) && isMeant(name) && isAdded(`messages.${name}`),
  )
  return thoughts === undefined ? null : `messages.${thoughts}`
}

/** Anthropic's form of the answer is beside the effort. */
function hasFormat(body: Buffer, name: string): boolean {
  if (name !== 'output_config') return false
  return findSpans(body, name).some((span) => memberSpans(body, span, 'format').length > 0)
}

function hasMember(body: Buffer, name: string): boolean {
  return findSpans(body, name).length > 0
}

/** Which of these members the body has and loses, for the client to know. A limit of tokens only changes its name. */
export function findAdditions(body: Buffer, names: readonly string[]): string[] {
  return names.filter((name) => lookUp(twins, name) === undefined && hasMember(body, name))
}

/** Returns the body without these members. A limit of tokens moves to its other name instead. */
export function leaveOut(body: Buffer, names: readonly string[]): Buffer {
  return names.reduce((left, name) => leaveOutOne(left, name), body)
}

/** The edits wait for one another, since a conversation may have thousands of messages. */
function leaveOutOne(body: Buffer, name: string): Buffer {
  const twin = lookUp(twins, name)
  let isRenamed = twin !== undefined && !hasMember(body, twin)
  let left = body
  let edits: Edit[] = []
  for (const { start, end } of findSpans(body, name).toReversed()) {
    let edit = isRenamed ? renameKey(left, start, twin!) : removeMember(left, start, end)
    isRenamed = false
    // The same member twice, side by side: both want the comma between them.
    if (edits.length > 0 && edit.end > edits.at(-1)!.start) {
      left = splice(left, edits)
      edits = []
      edit = removeMember(left, start, end)
    }
    edits.push(edit)
  }
  return edits.length === 0 ? left : splice(left, edits)
}

function renameKey(body: Buffer, value: number, name: string): Edit {
  return { start: keyStart(body, value), end: value, text: `${JSON.stringify(name)}:` }
}

function removeMember(body: Buffer, value: number, end: number): Edit {
  return { ...withComma(body, keyStart(body, value), end), text: '' }
}
