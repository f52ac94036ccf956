// The translate room: converts a client's request to another wire format, and the answer back. Pure functions of
// text and JSON; bytes and sockets belong to the proxy. Each format has one reader and one writer of requests, and one
// of answers, around a neutral form (`neutral/`). Tables of fields say what each reader takes, leaves out or refuses;
// `docs/reference/translation.md` shows them.

import { QwenctlError } from '../base/errors.ts'
import { formats } from './formats.ts'
import { translateEmbeddingAnswer, translateEmbeddingRequest } from './embeddings/translate-embeddings.ts'
import { isCountFormat, isEmbeddingFormat } from '../provider/wire-format.ts'
import type { CountFormat, Format, WireFormat } from '../provider/wire-format.ts'
import { countedFormats, wrapForCount, writeCount } from './counts.ts'
import { geminiPath } from './gemini/write-request.ts'
import { objectAt } from './json-fields.ts'
import { parseJson } from './json/parse-json.ts'
import { writeJson } from './json/raw-json.ts'
import { attachSeals, dropSeals } from './neutral/attach-seals.ts'
import { ClientNames } from './neutral/client-names.ts'
import { pairCalls } from './neutral/pair-calls.ts'
import { keepFirstTools } from './neutral/tools/keep-first-tools.ts'
import { noThinking, type NeutralRequest } from './neutral/request.ts'
import type { TranslationContext, TranslationPlan } from './plan.ts'

export { geminiPath } from './gemini/write-request.ts'
export { findHabits, findTakenThoughts, takesThinkingParts } from './habits.ts'
export { scrubRequest } from './scrub-request.ts'
export { translateError } from './errors/error-envelope.ts'
export { StreamTranslator } from './streams/stream-translator.ts'
export type { TranslationContext, TranslationPlan, Without } from './plan.ts'

export interface TranslatedRequest {
  body: string
  /** The route below the account's base of the other format. */
  path: string
  /** The request asks for the usage of a stream. */
  asksForUsage: boolean
  plan: TranslationPlan
}

/**
 * Translates a client's request for an account that speaks another format. `text`: its JSON. Throws `invalid_request`,
 * with the field's path in `details.field`, for a field without a counterpart that changes what the answer is.
 */
export function translateRequest(
  from: WireFormat,
  to: WireFormat,
  text: string,
  context: TranslationContext,
): TranslatedRequest {
  if (isEmbeddingFormat(from)) {
    const input = objectAt(parsed(text), 'the body')
    const { body, path, plan } = translateEmbeddingRequest(from, input, context)
    return { body: writeJson(body), path, asksForUsage: false, plan }
  }
  if (isCountFormat(from)) return translateCount(from, text, context)
  const target = to as Format // a chat is translated to a chat
  const request = readRequest(from, text, context)
  const without = context.without ?? []
  if (without.includes('effort')) {
    request.leftOut.push(request.thinking.field)
    request.thinking = { ...noThinking, isShown: request.thinking.isShown }
  }
  limitTokens(request, from, context.mostTokens ?? null)
  if (context.isCount === true) request.maxTokens = null
  if (without.includes('sealed-state')) dropSeals(request.turns)
  const hasForm = request.output !== null // a writer may turn the form into an instruction
  const { body, tools, hasOnlyStubs = false } = formats[target].writeRequest(request, context.provider)
  if (without.includes('usage-option')) delete body.stream_options
  return {
    body: writeJson(body),
    path: formats[target].path(request),
    asksForUsage: body.stream_options !== undefined,
    plan: buildPlan(from, target, { request, tools, hasOnlyStubs, hasForm }, context),
  }
}

/** Gemini counts for clients of other formats. The request may lack what only its answer needs. */
function translateCount(from: CountFormat, text: string, context: TranslationContext): TranslatedRequest {
  const chat = translateRequest(countedFormats[from], 'gemini', text, {
    ...context,
    isStream: false,
    isCount: true,
  })
  const { model } = chat.plan
  return {
    body: wrapForCount(chat.body, model),
    path: geminiPath({ model, isStream: false, method: 'countTokens' }),
    asksForUsage: false,
    plan: { ...chat.plan, from, to: 'gemini-count' },
  }
}

/** The client's name for the most tokens of an answer. */
const lengthFields: Readonly<Record<Format, string>> = {
  chat: 'max_tokens',
  messages: 'max_tokens',
  responses: 'max_output_tokens',
  gemini: 'generationConfig.maxOutputTokens',
}

function limitTokens(request: NeutralRequest, from: Format, most: number | null): void {
  if (most === null || (request.maxTokens !== null && request.maxTokens <= most)) return
  if (request.maxTokens !== null) request.leftOut.push(lengthFields[from])
  request.maxTokens = most
}

function readRequest(from: Format, text: string, context: TranslationContext): NeutralRequest {
  const body = objectAt(parsed(text), 'the body')
  const { model, isStream } = context
  // The account's own name of the model, and what a path says, are not in the body.
  const named = {
    ...(context.isCount === true && from === 'messages' ? { max_tokens: 1 } : {}),
    ...body,
    ...(model === undefined ? {} : { model }),
    ...(isStream === undefined ? {} : { stream: isStream }),
  }
  const request = formats[from].readRequest(named, context.refusesUnknown === true)
  request.stops = request.stops.filter((stop) => stop !== '') // services refuse those, and none would ever stop
  attachSeals(request.turns)
  request.turns = pairCalls(request.turns)
  keepFirstTools(request)
  return request
}

function parsed(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw new QwenctlError('invalid_request', 'the request body is not valid JSON')
  }
}

/** The client's names of fields that writers call by their names in chat completions. */
const ownNames: Readonly<Partial<Record<Format, ReadonlyMap<string, string>>>> = {
  messages: new Map([['stop', 'stop_sequences']]),
  gemini: new Map([
    ['stop', 'generationConfig.stopSequences'],
    ['temperature', 'generationConfig.temperature'],
    ['top_k', 'generationConfig.topK'],
    ['top_p', 'generationConfig.topP'],
  ]),
}

function buildPlan(
  from: Format,
  to: Format,
  facts: { request: NeutralRequest } & Pick<TranslationPlan, 'tools' | 'hasOnlyStubs' | 'hasForm'>,
  context: TranslationContext,
): TranslationPlan {
  const { request, tools, hasOnlyStubs, hasForm } = facts
  const { model, isStream, wantsUsage, stops, leftOut, echo, turns, thinking } = request
  const calls = turns.flatMap(({ parts }) => parts.flatMap((part) => (part.kind === 'call' ? [part.id] : [])))
  return {
    from,
    to,
    model,
    isStream,
    isList: isStream && context.isList === true,
    wantsUsage,
    showsThinking: thinking.isShown,
    hasForm,
    stops,
    tools,
    hasOnlyStubs,
    callIds: new Set(calls),
    echo,
    leftOut: [...new Set(leftOut.map((field) => ownNames[from]?.get(field) ?? field))],
    requestId: context.requestId,
    ...(request.isStored === true && context.itemsToken !== undefined
      ? { itemsToken: context.itemsToken }
      : {}),
    createdAt: Math.floor(context.now / 1000),
  }
}

/**
 * Translates a whole answer of status 200 to the client's format, as JSON. Throws `upstream_unavailable` for a body
 * that is no answer.
 */
export function translateAnswer(plan: TranslationPlan, text: string): string {
  const { from, to } = plan
  if (isCountFormat(from) || isCountFormat(to)) return writeJson(writeCount(from, parsedAnswer(text)))
  if (isEmbeddingFormat(from) || isEmbeddingFormat(to))
    return writeJson(translateEmbeddingAnswer(plan, parsedAnswer(text)))
  const writer = formats[from].writeAnswer({ ...plan, isStream: false }, () => {})
  formats[to].readAnswer(new ClientNames(writer, plan), plan).readWhole(parsedAnswer(text))
  return writeJson(writer.whole)
}

function parsedAnswer(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined // the reader says what is missing
  }
}
