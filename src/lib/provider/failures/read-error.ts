// Reads the error of an answer from any envelope.

import { isRecord } from '../../base/is-record.ts'
import { tryParseJson } from '../../base/text/try-parse-json.ts'
import type { Answer } from '../provider.ts'
import { isXmlError, extractText } from './read-text.ts'

export type JsonObject = Record<string, unknown>

/** An answer's failure in one shape. */
export interface ErrorFacts {
  /** The provider's own code; a number becomes text. Null: none. */
  code: string | null
  type: string | null
  /** The provider's own words, at most 4,000 characters; empty when the answer has no readable text. */
  message: string
  /** The answer's HTTP status. When the head says 2xx and the body is an error, the status in the body. */
  status: number
  /** The error object itself, for facts that only one provider gives; empty when there is none. */
  error: JsonObject
}

/**
 * Finds code, type and message of an error, or reads plain text. Known envelopes are OpenAI, Anthropic, DashScope,
 * Gemini, OpenRouter and others. MiniMax uses `base_resp`, NVIDIA `title` and `detail`, Cloudflare `errors`.
 */
export function readError(answer: Answer): ErrorFacts {
  const found =
    fromBody(answer.body) ??
    fromXml(answer.text) ??
    withInnerJson({ ...nothing, message: extractText(answer.text) }, 0)
  const status = answer.status >= 300 ? answer.status : (found.status ?? answer.status)
  return {
    code: cut(found.code ?? awsCode(answer), LONGEST_CODE),
    type: cut(found.type, LONGEST_CODE),
    message: cut(found.message, LONGEST_MESSAGE),
    error: found.error,
    status,
  }
}

/**
 * AWS names the exception in `__type` or in a header. A namespace with `#` may precede it, and `:` with a URL follow.
 * Source: smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html (2026-11).
 */
function awsCode({ body, header }: Answer): string | null {
  const name = (isRecord(body) ? text(body.__type) : null) ?? header('x-amzn-errortype')
  return /(?:^|#)(\w{1,80})(?::|$)/.exec(name ?? '')?.[1] ?? null
}

/** Patterns run on this part: an answer of megabytes must not block a process. */
const LONGEST_MESSAGE = 4000
const LONGEST_CODE = 1000

function cut<Text extends string | null>(text: Text, length: number): Text {
  return (text?.slice(0, length) ?? null) as Text
}

type BodyFacts = Omit<ErrorFacts, 'status'> & { status: number | null }

const nothing: BodyFacts = { code: null, type: null, message: '', error: {}, status: null }
/** Errors nest, and deeper levels add nothing. */
const DEEPEST = 3

function fromBody(body: unknown, depth = 0): BodyFacts | null {
  // Gemini's OpenAI endpoint answers with a list of one.
  const root: unknown = Array.isArray(body) ? body[0] : body
  if (typeof root === 'string') return { ...nothing, message: extractText(root) }
  if (!isRecord(root)) return null
  return withInnerJson(fromRoot(root), depth)
}

function fromRoot(given: JsonObject): BodyFacts {
  const root = withLowerCaseNames(given)
  const inner = innerError(root)
  if (isRecord(inner)) return fromErrorObject(inner, root)
  if (typeof inner === 'string') return fromErrorString(inner, root)
  // Cloudflare's AI gateway: a list of objects. Hugging Face: a list of sentences.
  if (Array.isArray(inner)) return fromErrorList(inner, root) ?? fromFlat({ ...root, detail: inner })
  const { base_resp: base, errors } = root
  if (isRecord(base)) return fromBaseResp(base, root)
  const listed = Array.isArray(errors) ? fromErrorList(errors, root) : null
  if (listed !== null) return listed
  // ModelScope: `{"errors":{"message":"..."},"request_id":"..."}`.
  if (isRecord(errors)) return fromErrorObject(errors, root)
  return fromFlat(root)
}

/** AWS writes `Message`, Tencent Cloud `{"Response":{"Error":{"Code","Message"}}}`. */
function withLowerCaseNames(root: JsonObject): JsonObject {
  const of = isRecord(root.Response) ? root.Response : root
  const { Error: error, Message: message, Code: code } = of
  if (error === undefined && message === undefined && code === undefined) return root
  const inner = isRecord(error) ? withLowerCaseNames(error) : error
  return { ...of, error: of.error ?? inner, message: of.message ?? message, code: of.code ?? code }
}

/**
 * The `error` member: at the top, in a failed response of the Responses API, in `detail`, or in an OpenRouter choice.
 * Bedrock names its exceptions instead.
 */
export function innerError(root: JsonObject): unknown {
  if (truthy(root.error) || (Array.isArray(root.error) && root.error.length > 0)) return root.error
  if (isRecord(root.response) && truthy(root.response.error)) return root.response.error
  if (isRecord(root.detail)) return innerError(root.detail) ?? root.detail
  const choice: unknown = Array.isArray(root.choices) ? root.choices[0] : undefined
  return isRecord(choice) && truthy(choice.error) ? choice.error : readException(root)
}

/**
 * Streams of Amazon Bedrock: `{"throttlingException":{"message":"..."}}`, with no other member. Undefined: another
 * body, such as one of .NET with an `innerException`.
 */
export function readException(root: JsonObject): JsonObject | undefined {
  for (const name in root) {
    // Only the first member is looked at: frames of a stream come here.
    const found = root[name]
    if (!EXCEPTIONS.has(name) || !isRecord(found) || Object.keys(root).length !== 1) return undefined
    return { code: name, ...found }
  }
  return undefined
}

/** docs.aws.amazon.com/bedrock/latest/APIReference, InvokeModelWithResponseStream and ConverseStream (2026-11). */
const EXCEPTIONS: ReadonlySet<string> = new Set([
  'accessDeniedException',
  'internalServerException',
  'modelErrorException',
  'modelNotReadyException',
  'modelStreamErrorException',
  'modelTimeoutException',
  'resourceNotFoundException',
  'serviceQuotaExceededException',
  'serviceUnavailableException',
  'throttlingException',
  'validationException',
])

function fromErrorObject(error: JsonObject, root: JsonObject): BodyFacts {
  return {
    // Gemini: `code` repeats the HTTP status, `status` is the name that says something.
    code:
      (typeof error.code === 'number' ? text(error.status) : null) ??
      text(error.code) ??
      text(root.code) ??
      statusName(error.status),
    type: text(error.type),
    message: said(error) ?? said(root) ?? '',
    error,
    status: httpStatus(error.code) ?? httpStatus(error.status) ?? httpStatus(error.http_code),
  }
}

/** The first error with a code, all messages, and the list as `detail`; null: the list has no objects. */
function fromErrorList(list: unknown[], root: JsonObject): BodyFacts | null {
  const errors = list.filter(isRecord)
  const named = errors.find(({ code }) => text(code) !== null) ?? errors[0]
  if (named === undefined) return null
  const messages = list.map((item) => (isRecord(item) ? said(item) : text(item)))
  const message = [...new Set(messages.filter((one) => one !== null))].join('; ')
  return fromErrorObject({ ...named, message, detail: list }, root)
}

/** ElevenLabs: `{"detail":{"status":"quota_exceeded"}}` (elevenlabs.io/docs/api-reference, 2026-11). */
function statusName(status: unknown): string | null {
  return typeof status === 'string' && /^[a-z]+(?:_[a-z]+)+$/.test(status) ? status : null
}

/** `{"error":"invalid_request","error_description":"..."}` (OAuth), `{"error":"model not found"}` (Ollama), `{code,error}` (xAI). */
function fromErrorString(error: string, root: JsonObject): BodyFacts {
  const words = text(root.error_description) ?? text(root.message)
  // claude-relay-service: `{"error":"Daily cost limit exceeded","message":"..."}`, two sentences.
  const isSentence = words !== null && error.includes(' ')
  // `{"ok":false,"error":"insufficient_credits"}`: a code, and no words.
  const isBareCode = words === null && /^[a-z]+(?:_[a-z]+)+$/i.test(error)
  const isCode = words !== null && !isSentence
  return {
    code: isCode ? error : (text(root.code) ?? (isBareCode ? error : null)),
    type: text(root.type) === 'error' ? null : (text(root.type) ?? text(root.error_type)),
    message: isSentence ? `${error}: ${words}` : (words ?? error),
    error: root,
    status: httpStatus(root.status) ?? httpStatus(root.code),
  }
}

/** MiniMax: `{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}`, under 200 too. */
function fromBaseResp(base: JsonObject, root: JsonObject): BodyFacts {
  return {
    ...nothing,
    code: text(base.status_code),
    message: text(base.status_msg) ?? '',
    error: root,
  }
}

/** `{code,message,request_id}` (DashScope), `{success,code,msg}`, `{title,detail,status}` (NVIDIA), `{detail}` (FastAPI). */
function fromFlat(root: JsonObject): BodyFacts {
  return {
    code: flatCode(root),
    type: text(root.type) === 'error' ? null : text(root.type),
    message: said(root) ?? (isRecord(root.data) ? said(root.data) : null) ?? '',
    error: root,
    status: httpStatus(root.code) ?? httpStatus(root.status) ?? httpStatus(root.statusCode),
  }
}

/** Novita repeats the status in `code` and puts its own code into `reason`. */
function flatCode(root: JsonObject): string | null {
  const code = text(root.code) ?? text(root.errorType) ?? text(root.error_code)
  return isPlainStatus(code) ? (text(root.reason) ?? code) : code
}

/** The members that hold a service's message. */
function said(of: JsonObject): string | null {
  for (const name of [
    'message',
    'msg',
    'detail',
    'error_msg',
    'errorMessage',
    'desc',
    'reason',
    'description',
    'title',
  ]) {
    const found = name === 'detail' ? detail(of[name]) : text(of[name])
    if (found !== null) return found
  }
  return null
}

function detail(value: unknown): string | null {
  if (!Array.isArray(value)) return text(value)
  const parts = value.map((item: unknown) =>
    isRecord(item) ? (text(item.msg) ?? text(item.message)) : text(item),
  )
  return parts.filter((part) => part !== null).join('; ') || null
}

/** The start of an object. Python prints its bytes with the line ends escaped. */
const INNER_JSON = /\{(?:\s|\\n)*"/

const PARTS_OF_REQUEST = /\b(?:arguments?|parameters?|schema|tools?|functions?|input|prompt|content|json)\b/i
const PARTS_OF_ANSWER = /\b(?:upstream|provider|service|server|response|status|http|exception)\b/i

/** Whether the words before JSON say that it is from the request itself, such as the arguments of a tool. */
function introducesRequest(lead: string): boolean {
  return !PARTS_OF_ANSWER.test(lead) && PARTS_OF_REQUEST.test(lead.slice(lead.lastIndexOf('{') + 1))
}

/** The words right before the JSON name its subject. The pattern must not read a message of megabytes. */
const LONGEST_LEAD = 300

/** Gateways put the error of the service behind them into their own message, as JSON. */
function withInnerJson(facts: BodyFacts, depth: number): BodyFacts {
  const start = facts.message.search(INNER_JSON)
  if (start < 0 || depth >= DEEPEST) return facts
  if (introducesRequest(facts.message.slice(Math.max(0, start - LONGEST_LEAD), start))) return facts
  // Words in braces and truncated JSON are no body.
  const inside = facts.message.slice(start, facts.message.lastIndexOf('}') + 1)
  const body = tryParseJson(inside) ?? tryParseJson(inside.replaceAll(String.raw`\n`, ' '))
  const inner = fromBody(body, depth + 1)
  if (inner === null || (inner.message === '' && inner.code === null)) return facts
  return {
    code: isPlainStatus(facts.code) ? (inner.code ?? facts.code) : facts.code,
    type: facts.type ?? inner.type,
    message: `${facts.message.slice(0, start)}${inner.message}${endBehind(facts.message)}`,
    error: { ...inner.error, ...facts.error },
    status: facts.status ?? inner.status,
  }
}

/** 9router puts the end behind the error of the service: `{...} (reset after 5m)`. */
function endBehind(message: string): string {
  const rest = message.slice(message.lastIndexOf('}') + 1)
  return /^ ?\((?:reset|retry|try again)[^()]{1,60}\)/i.exec(rest)?.[0] ?? ''
}

/** A code that only repeats an HTTP status, as number or phrase, says nothing of its own. */
function isPlainStatus(code: string | null): boolean {
  return (
    code === null ||
    /^[45]\d\d$|^(?:too many requests|bad request|unauthorized|forbidden|not found)$/i.test(code)
  )
}

/** `<Error><Code>SlowDown</Code><Message>...</Message></Error>`; null: no such document. */
function fromXml(text: string): BodyFacts | null {
  if (!isXmlError(text)) return null
  const code = /<Code>([^<]{1,200})<\/Code>/i.exec(text)?.[1]
  const message = /<Message>([^<]{1,4000})<\/Message>/i.exec(text)?.[1]
  return { ...nothing, code: code ?? null, message: message ?? extractText(text) }
}

function truthy(value: unknown): boolean {
  return isRecord(value) ? Object.keys(value).length > 0 : typeof value === 'string' && value !== ''
}

function text(value: unknown): string | null {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  return typeof value === 'string' && value !== '' ? value : null
}

/** A status named in a body, if it means a failure: private codes have other numbers. */
function httpStatus(value: unknown): number | null {
  const number = typeof value === 'string' && /^[45]\d\d$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= 400 && number <= 599
    ? number
    : null
}
