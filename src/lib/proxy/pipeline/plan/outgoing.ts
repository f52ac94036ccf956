import { CLIENT_KEY_PREFIX } from '../../../account/client-key.ts'
import type { Dialect } from '../../../provider/provider.ts'
import type { RotationRequest } from '../../../rotation/rotation-request.ts'
import type { Format, WireFormat } from '../../../provider/wire-format.ts'
import type { TranslatedRequest, TranslationPlan } from '../../../translate/translate.ts'
import { geminiPath, scrubRequest } from '../../../translate/translate.ts'
import { acquireFor } from '../../transport/body/body-memory.ts'
import type { ClientHead } from '../../wire/headers/client-head.ts'
import type { UpstreamRequest } from '../../transport/upstream-call.ts'
import type { Target } from '../../pool/target.ts'
import type { Exchange } from '../exchange/exchange.ts'
import type { RequestBody } from './read-request.ts'
import type { PathFacts, Route } from './routes.ts'
import { CheckedHeaders } from '../../wire/headers/checked-headers.ts'
import { modelEdits, splice, usageEdits } from '../../wire/body/edit-body.ts'
import { scanBody } from '../../wire/body/scan-body.ts'
import { requestHeaders } from '../../wire/headers/request-headers.ts'

/** A client's request, as received. */
export interface Incoming {
  route: Route
  query: string
  /** Null: the body has the model. */
  facts: PathFacts | null
  head: ClientHead
  bytes: Buffer
}

/** A way to serve a request: what it asks of the pool, and the wire format used upstream. */
export interface PlanStep {
  wanted: RotationRequest
  dialect: Dialect
  /** The format to translate to; null: the client's own. */
  format: WireFormat | null
  /** The first step of its model. */
  isFirst: boolean
  /** The steps of which an account takes the first that it can serve, as in `wanted.anyOf`; null: this one alone. */
  choices: readonly PlanStep[] | null
}

/** The request that goes upstream. */
export interface Outgoing {
  method: string
  /** Below the account's base, with the query. */
  path: string
  headers: CheckedHeaders
  body: Buffer
  /** The request asks for the usage of a stream, although the client did not. */
  asksForUsage: boolean
  /** The proxy alone asked for the usage chunk. */
  stripUsage: boolean
  /** How the answer is translated into the client's format; null: no translation. */
  plan: TranslationPlan | null
}

interface OutgoingContext {
  exchange: Exchange
  provider: string
  /** The account could not open sealed state of the request. */
  dropsSeals: boolean
  /** False: the account refuses the usage option of streams. */
  takesUsageOption: boolean
  /** The headers with the account's credential. */
  authHeaders: CheckedHeaders
  /** The request in the account's format; null: it stays in the client's. */
  translated: TranslatedRequest | null
}

/** Builds the request for this account's upstream. Bytes that need no change stay as they came. */
export function buildOutgoing(
  incoming: Incoming,
  read: RequestBody,
  { wanted }: PlanStep,
  context: OutgoingContext,
): Outgoing {
  const { route, head, bytes: received } = incoming
  if (context.translated !== null) return translated(head, context.translated, context.exchange)
  const body = context.dropsSeals || hasForeignState(route, received) ? scrubbed(route, read, context) : read
  const { bytes } = body
  const { method } = context.exchange.call
  const asksForUsage = body.isStream && route.asksForUsage && context.takesUsageOption
  const hasOwnModel = typeof wanted.model === 'string' && wanted.model !== body.model
  const path = choosePath(incoming, body.isStream, wanted.model)
  const headers = route.service === null ? head.forwarded : withoutOwnHeaders(head, context.authHeaders)
  if ((!asksForUsage && !hasOwnModel) || incoming.facts !== null)
    return { method, path, headers, body: bytes, asksForUsage: false, stripUsage: false, plan: null }
  const usage = asksForUsage && body.scan !== null ? usageEdits(bytes, body.scan) : []
  const edits = hasOwnModel ? usage.concat(body.modelEdit(wanted.model!)) : usage
  const { exchange } = context
  const edited =
    edits.length === 0
      ? bytes
      : splice(bytes, edits, (length) => acquireFor(exchange, exchange.call.memory, length))
  const isOurs = usage.length > 0
  return { method, path, headers, body: edited, asksForUsage: isOurs, stripUsage: isOurs, plan: null }
}

/** Google's paths name the model. */
function choosePath(
  { route, query, facts }: Incoming,
  isStream: boolean,
  model: string | null | undefined,
): string {
  if (facts === null) return route.path + dropClientKeys(query)
  const method = facts.method.endsWith('enerateContent') ? null : facts.method
  return geminiPath({ model: model ?? facts.model, isStream, method })
}

/** Clients may present their key in the query. The upstream never receives it. */
function dropClientKeys(query: string): string {
  const sign = `=${CLIENT_KEY_PREFIX}`
  if (!query.includes(sign)) return query
  const kept = query
    .slice(1)
    .split('&')
    .filter((parameter) => !parameter.includes(sign))
  return kept.length === 0 ? '' : `?${kept.join('&')}`
}

/** The request on the wire. A method without a body announces none. */
export function requestTo(target: Target, { method, path, headers, body }: Outgoing): UpstreamRequest {
  const sent = method !== 'POST' && body.length === 0 ? null : body
  return { method, path: target.base.whole(path), headers, more: target.authHeaders, body: sent }
}

/** Removes the client's headers that the proxy writes itself, such as the one with the key of the service. */
function withoutOwnHeaders(head: ClientHead, authHeaders: CheckedHeaders): CheckedHeaders {
  const names = authHeaders.list.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
  const { list } = head.forwarded
  const isOwn = (index: number) => names.includes(list[index - (index % 2)]!.toLowerCase())
  if (!list.some((_, index) => isOwn(index))) return head.forwarded
  return new CheckedHeaders(list.filter((_, index) => !isOwn(index)))
}

/** Google wants its signature at a call. A call of another service has none. */
const CALL = Buffer.from('"functionCall"')
const ENVELOPE = Buffer.from('"qwenctl.1.')
const OWN_THOUGHT = Buffer.from('"rs_qwenctl_')
const UNSIGNED = ['"signature":""', '"signature": ""'].map((mark) => Buffer.from(mark))

/** Whether the request may have state that this format's services refuse. Native searches cost little. */
function hasForeignState({ format }: Route, bytes: Buffer): boolean {
  if (format === 'gemini') return bytes.includes(CALL)
  if (format !== 'messages' && format !== 'responses') return false
  if (bytes.includes(ENVELOPE)) return true
  if (format === 'responses') return bytes.includes(OWN_THOUGHT)
  return UNSIGNED.some((mark) => bytes.includes(mark))
}

function scrubbed(
  { format }: Route,
  read: RequestBody,
  { provider, dropsSeals }: OutgoingContext,
): RequestBody {
  const text = scrubRequest(format as Format, read.bytes.toString('utf8'), { provider, dropsAll: dropsSeals })
  if (text === null) return read
  const bytes = Buffer.from(text)
  const scan = scanBody(bytes)
  return scan.ok ? { ...read, bytes, scan, modelEdit: (name) => modelEdits(scan, name) } : read
}

function translated(
  head: ClientHead,
  { body, path, asksForUsage, plan }: TranslatedRequest,
  exchange: Exchange,
): Outgoing {
  const bytes = acquireFor(exchange, exchange.call.memory, Buffer.byteLength(body))
  bytes.write(body)
  return {
    method: 'POST',
    path,
    asksForUsage,
    headers: inOtherDialect(head.rawHeaders, plan),
    body: bytes,
    stripUsage: false,
    plan: { ...plan, leftOut: [...plan.leftOut] }, // each attempt adds what it leaves out itself
  }
}

/** https://docs.anthropic.com/en/api/versioning: the one version of the Messages API, required in every request. */
const MESSAGES_VERSION = ['anthropic-version', '2023-06-01']

/** Headers about the client's own format mean nothing in the other. Some services refuse unknown ones. */
function inOtherDialect(rawHeaders: readonly string[], { to }: TranslationPlan): CheckedHeaders {
  const all = requestHeaders(rawHeaders)
  const kept = to === 'messages' ? [...MESSAGES_VERSION] : []
  for (let index = 0; index < all.length; index += 2) {
    const name = all[index]!
    if (/^(?:anthropic|openai|x-goog|x-codex)-|^x-stainless-|^originator$/i.test(name)) continue
    kept.push(name, all[index + 1]!)
  }
  return new CheckedHeaders(kept)
}
