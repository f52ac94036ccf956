import { QwenctlError } from '../../base/errors.ts'
import type { Dialect } from '../../provider/provider.ts'
import type { Member } from '../../rotation/pool/member.ts'
import type { RotationRequest } from '../../rotation/rotation-request.ts'
import type { TranslationPlan } from '../../translate/translate.ts'
import { translateRequest } from '../../translate/translate.ts'
import { acquireFor } from '../transport/body-memory.ts'
import type { ClientHead } from '../wire/client-head.ts'
import type { Exchange } from './exchange.ts'
import type { RequestBody } from './read-request.ts'
import type { Route } from './routes.ts'
import { CheckedHeaders } from '../wire/checked-headers.ts'
import { splice, usageEdits } from '../wire/edit-body.ts'
import { requestHeaders } from '../wire/response-headers.ts'

/** A client's request, as received. */
export interface Incoming {
  route: Route
  query: string
  head: ClientHead
  bytes: Buffer
}

/** A way to serve a request: what it asks of the pool, and the wire format used upstream. */
export interface PlanStep {
  wanted: RotationRequest
  dialect: Dialect
}

/** The request that goes upstream. */
export interface Outgoing {
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
  member: Member
  exchange: Exchange
  now: number
  /** False: the account refuses the usage option of streams. */
  takesUsageOption: boolean
}

/** Builds the request for this account's upstream. Bytes that need no change stay as they came. */
export function buildOutgoing(
  { route, query, head, bytes }: Incoming,
  body: RequestBody,
  { wanted, dialect }: PlanStep,
  context: OutgoingContext,
): Outgoing {
  if (dialect !== route.dialect) return translated({ route, head, bytes }, wanted, context)
  const asksForUsage = body.isStream && route.asksForUsage && context.takesUsageOption
  const hasOwnModel = typeof wanted.model === 'string' && wanted.model !== body.model
  const path = route.path + query
  const headers = head.forwarded
  if (!asksForUsage && !hasOwnModel)
    return { path, headers, body: bytes, asksForUsage: false, stripUsage: false, plan: null }
  const usage = asksForUsage && body.scan !== null ? usageEdits(bytes, body.scan) : []
  const edits = hasOwnModel ? usage.concat(body.modelEdit(wanted.model!)) : usage
  const { exchange } = context
  const edited =
    edits.length === 0
      ? bytes
      : splice(bytes, edits, (length) => acquireFor(exchange, exchange.call.memory, length))
  const isOurs = usage.length > 0
  return { path, headers, body: edited, asksForUsage: isOurs, stripUsage: isOurs, plan: null }
}

function translated(
  { route, head, bytes }: Pick<Incoming, 'route' | 'head' | 'bytes'>,
  wanted: RotationRequest,
  { member, exchange, now, takesUsageOption }: OutgoingContext,
): Outgoing {
  const asked = parsed(bytes)
  if (typeof wanted.model === 'string') asked.model = wanted.model
  const { body, path, plan } = translateRequest(route.dialect, asked, {
    provider: member.account.provider,
    requestId: exchange.id,
    now,
  })
  if (!takesUsageOption) delete body.stream_options
  return {
    path,
    asksForUsage: body.stream_options !== undefined,
    headers: inOtherDialect(head.rawHeaders, route.dialect),
    body: Buffer.from(JSON.stringify(body)),
    stripUsage: false,
    plan,
  }
}

function parsed(bytes: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(bytes.toString('utf8')) as Record<string, unknown>
  } catch {
    throw new QwenctlError('invalid_request', 'the request body is not valid JSON')
  }
}

/** https://docs.anthropic.com/en/api/versioning: the one version of the Messages API, required in every request. */
const MESSAGES_VERSION = ['anthropic-version', '2023-06-01']

/** Headers about the client's own format mean nothing in the other. Some services refuse unknown ones. */
function inOtherDialect(rawHeaders: readonly string[], from: Dialect): CheckedHeaders {
  const all = requestHeaders(rawHeaders)
  const kept = from === 'openai' ? [...MESSAGES_VERSION] : []
  for (let index = 0; index < all.length; index += 2) {
    const name = all[index]!
    if (/^(?:anthropic|openai)-|^x-stainless-/i.test(name)) continue
    kept.push(name, all[index + 1]!)
  }
  return new CheckedHeaders(kept)
}
