import { redact } from '../../../account/mask.ts'
import { formatDuration } from '../../../base/durations.ts'
import { isQwenctlError, QwenctlError } from '../../../base/errors.ts'
import type { Dialect, Outcome, Provider } from '../../../provider/provider.ts'
import type { ListedModel } from '../../../provider/model-list.ts'
import { readWholeModelList } from '../../../provider/model-list.ts'
import { printable } from '../../../base/text/printable.ts'
import { tryParseJson } from '../../../base/text/try-parse-json.ts'
import type { EgressAgents } from '../../../net/egress-agents.ts'
import type { CheckResult } from '../account-inputs.ts'

export interface CheckRequest {
  provider: Provider
  /** Null: the provider's own base URL. */
  baseUrl: string | null
  secret: string
  /** The time limit for the whole exchange. */
  timeoutMs: number
  /** The egress path to the provider. */
  agents: EgressAgents
  userAgent: string
  clock: () => number
  /** Receives the whole list of models of an accepted key, and the base URL that was asked. */
  onModels?: (models: ListedModel[], baseUrl: string | null) => void
}

/** Model lists are a few hundred kilobytes at most, so a longer response is not worth the wait. */
const LONGEST_ANSWER_BYTES = 8 * 1024 * 1024

interface Reply {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/**
 * Asks the provider whether it accepts the key, with one GET that costs nothing. Redirects are not followed, because
 * the key would reach the redirect's target. Nothing is retried. Never throws for a fault of the network or the
 * provider.
 */
export async function checkWithProvider(request: CheckRequest): Promise<CheckResult> {
  const { provider, secret } = request
  const place = checkPlace(request)
  if (provider.simulated) {
    return unchecked(`${provider.label} is simulated inside qwenctl: there is nothing to ask`)
  }
  if (place === null) return unchecked(`${provider.label} offers no way to check a key`)

  const headers = buildHeaders(request, place.dialect)
  if (headers instanceof QwenctlError) return { result: 'refused', message: headers.message, latencyMs: null }

  const started = performance.now()
  const host = new URL(place.url).host
  let reply: Reply
  try {
    reply = await get(place.url, { ...place.headers, ...headers }, request)
  } catch (error) {
    const reason = redact(formatNetwork(error, request.timeoutMs), [secret])
    return { result: 'unreachable', message: `${host}: ${reason}`, latencyMs: null }
  }
  const latencyMs = Math.round(performance.now() - started)
  const { result, message } = judge(reply, request)
  if (result === 'accepted' && new URL(place.url).pathname.endsWith('/models')) noteModels(reply, request)
  return { result, message: printable(redact(`${host}: ${message}`, [secret])), latencyMs }
}

function noteModels({ text }: Reply, { onModels, baseUrl }: CheckRequest): void {
  const models = readWholeModelList(tryParseJson(text))
  if (models !== null && models.length > 0) onModels?.(models, baseUrl)
}

/** The headers of the credential, or the error if the provider's plugin cannot make them. */
function buildHeaders(
  { provider, secret }: CheckRequest,
  dialect: Dialect,
): Record<string, string> | QwenctlError {
  if (secret === '') return {} // a server without keys
  try {
    return provider.authHeaders(secret, dialect)
  } catch (error) {
    if (isQwenctlError(error)) return error
    throw error
  }
}

/**
 * Checks a server that its user names. If nothing at the base URL answers like a model server, `/v1` below it is
 * tried. `unreachable`: the user's own server answers at neither URL. A known service may lack only the check.
 */
export async function checkNamedServer(request: CheckRequest & { baseUrl: string }): Promise<CheckResult> {
  const first = await checkWithProvider(request)
  if (first.result !== 'unchecked') return first
  const below = `${request.baseUrl.replace(/\/+$/, '')}/v1`
  const second = /\/v\d[^/]*$/.test(request.baseUrl)
    ? null
    : await checkWithProvider({ ...request, baseUrl: below })
  if (second !== null && (second.result === 'accepted' || second.result === 'refused')) {
    return { ...second, correctedBaseUrl: below }
  }
  if (!request.provider.keyIsOptional) return first
  const tried = second === null ? request.baseUrl : `${request.baseUrl} or ${below}`
  return {
    result: 'unreachable',
    message: `no model server answers at ${tried}: ${first.message}`,
    latencyMs: first.latencyMs,
  }
}

const dialects: readonly Dialect[] = ['openai', 'anthropic', 'gemini']

/**
 * The URL of the check: at the base URL of the check's dialect, or of another dialect if the account has no such
 * base.
 */
function checkPlace({ provider, baseUrl }: CheckRequest) {
  if (provider.check === null) return null
  const { dialect: wanted, path, headers = {} } = provider.check
  const bases = provider.bases(baseUrl)
  for (const dialect of [wanted, ...dialects]) {
    if ((bases[dialect] ?? null) !== null) return { dialect, url: `${bases[dialect]}${path}`, headers }
  }
  return null
}

export async function get(
  url: string,
  headers: Record<string, string>,
  request: Pick<CheckRequest, 'userAgent' | 'timeoutMs' | 'agents'>,
): Promise<Reply> {
  const { default: got } = await import('got')
  const abort = new AbortController()
  const call = got(url, {
    headers: { accept: 'application/json', ...headers, 'user-agent': request.userAgent },
    timeout: { request: request.timeoutMs },
    agent: request.agents,
    signal: abort.signal,
    followRedirect: false,
    retry: { limit: 0 },
    throwHttpErrors: false,
  })
  void call.on('downloadProgress', ({ transferred }) => {
    if (transferred > LONGEST_ANSWER_BYTES) abort.abort()
  })
  const { statusCode, headers: replied, body } = await call
  return { status: statusCode, headers: replied, text: body }
}

function judge(reply: Reply, request: CheckRequest): { result: CheckResult['result']; message: string } {
  const { status, text } = reply
  if (status >= 200 && status < 300) {
    if (text.trim() === '' || tryParseJson(text) !== undefined)
      return { result: 'accepted', message: 'the key is accepted' }
    return {
      result: 'unchecked',
      message: `answers ${status} with something that is not JSON; check the base URL`,
    }
  }
  if (status >= 300 && status < 400) {
    return {
      result: 'unchecked',
      message: `answers with a redirect (${status}), which is not followed; check the base URL`,
    }
  }
  if (status >= 500) return { result: 'unreachable', message: `answers with an error of its own (${status})` }
  const outcome = classifyReply(reply, request)
  const words = outcome.message === '' ? '' : `: ${outcome.message}`
  if (outcome.class === 'auth-dead' || outcome.class === 'auth-refresh') {
    return { result: 'refused', message: `the key is refused (${status})${words}` }
  }
  return { result: 'unchecked', message: `answers ${status}, which says nothing of the key${words}` }
}

function classifyReply(reply: Reply, request: CheckRequest): Outcome {
  return request.provider.outcome({
    status: reply.status,
    header: (name) => [reply.headers[name]].flat().join(', ') || undefined,
    body: tryParseJson(reply.text),
    text: reply.text.slice(0, 2000),
    now: request.clock(),
  })
}

function unchecked(message: string): CheckResult {
  return { result: 'unchecked', message, latencyMs: null }
}

const networkReasons: Record<string, string> = {
  ENOTFOUND: 'there is no such host',
  EMETADATA: 'its name leads to an address of cloud metadata',
  EAI_AGAIN: 'the name of the host could not be looked up; is this machine online?',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  EHOSTUNREACH: 'no way leads to the host',
  ENETUNREACH: 'no way leads to the host',
  ERR_CANCELED: 'the answer is too long',
  ERR_ABORTED: 'the answer is too long',
}

/** Describes why a request got no response; never quotes what was sent. */
export function formatNetwork(error: unknown, timeoutMs: number): string {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (code === 'EEGRESS') return (error as Error).message // qwenctl's own message, masked
  if (code === 'ETIMEDOUT') return `no answer within ${formatDuration(timeoutMs)}`
  if (code.startsWith('HPE_')) return 'what answers there does not speak HTTP'
  if (/CERT|SELF_SIGNED|UNABLE_TO_|SSL|TLS/.test(code))
    return `no trusted TLS connection (${code}); set proxy.ca to the file of your certificate authority, if you have your own`
  return networkReasons[code] ?? `the request failed${code === '' ? '' : ` (${code})`}`
}
