import { redact } from '../../account/mask.ts'
import { printable } from '../../base/text/printable.ts'
import { parseObject, textOrNull } from './token-set.ts'

/** The response of a login server. */
export interface LoginAnswer {
  status: number
  text: string
}

/** A login in progress, as the server describes it. */
export interface DeviceCode {
  /** Secret: any holder gets the tokens. */
  deviceCode: string
  userCode: string
  verificationUri: string
  /** The URL with the code in it; null: the person types the code. */
  verificationUriComplete: string | null
  expiresInMs: number
  intervalMs: number
}

/** RFC 8628 §3.2: the interval if the server names none. */
const INTERVAL_MS = 5000
/** RFC 8628 §3.5: added by `slow_down` to this and all further intervals. */
const SLOWER_MS = 5000
const LONGEST_INTERVAL_MS = 60_000
/** Servers must state how long a code lives; this default is for those that do not. */
const LIFE_MS = 15 * 60_000
/** No person confirms a code after a day. */
const LONGEST_LIFE_MS = 24 * 60 * 60_000

/** The length of text that is read before it is masked and cut. */
const LONGEST_QUOTED = 8000

export type Started = { kind: 'started'; code: DeviceCode } | { kind: 'refused'; message: string }

/** Reads the response to the request that begins a login. */
export function readStart({ status, text }: LoginAnswer): Started {
  const body = parseObject(text)
  if (body === null) return { kind: 'refused', message: unreadable({ status, text }) }
  if (status < 200 || status >= 300) return { kind: 'refused', message: formatError(status, body, []) }
  const deviceCode = textOrNull(body['device_code'])
  const userCode = textOrNull(body['user_code'])
  const verificationUri = webUrl(body['verification_uri'] ?? body['verification_url'])
  if (deviceCode === null || userCode === null || verificationUri === null) {
    return { kind: 'refused', message: 'its answer lacks a code or the address to type it at' }
  }
  return {
    kind: 'started',
    code: {
      deviceCode,
      userCode,
      verificationUri,
      verificationUriComplete: webUrl(body['verification_uri_complete']),
      expiresInMs: Math.min(milliseconds(body['expires_in']) ?? LIFE_MS, LONGEST_LIFE_MS),
      intervalMs: Math.min(milliseconds(body['interval']) ?? INTERVAL_MS, LONGEST_INTERVAL_MS),
    },
  }
}

export type Polled =
  | { kind: 'tokens'; answer: Record<string, unknown> }
  | { kind: 'wait'; intervalMs: number }
  /** The server is out of order at the moment. */
  | { kind: 'trouble'; message: string }
  | { kind: 'ended'; reason: 'expired' | 'denied' | 'refused'; message: string }

/** Reads one response to a token request. `secrets` are removed from quoted text. */
export function readPoll(answer: LoginAnswer, intervalMs: number, secrets: string[]): Polled {
  const { status, text } = answer
  const body = parseObject(text)
  if (status >= 500) return { kind: 'trouble', message: `the server answers ${status}` }
  if (body === null) {
    return { kind: 'ended', reason: 'refused', message: redact(unreadable(answer), secrets) }
  }
  if (status >= 200 && status < 300) {
    // Qwen answers 200 without a token until the login is confirmed.
    return textOrNull(body['access_token']) === null
      ? { kind: 'wait', intervalMs }
      : { kind: 'tokens', answer: body }
  }
  const message = formatError(status, body, secrets)
  switch (body['error']) {
    case 'authorization_pending':
      return { kind: 'wait', intervalMs }
    case 'slow_down': // 400 in the RFC, 429 at Qwen
      return { kind: 'wait', intervalMs: Math.min(intervalMs + SLOWER_MS, LONGEST_INTERVAL_MS) }
    case 'access_denied':
      return { kind: 'ended', reason: 'denied', message }
    case 'expired_token':
      return { kind: 'ended', reason: 'expired', message }
    default:
      // Qwen reports an unknown code this way.
      return { kind: 'ended', reason: status === 401 ? 'expired' : 'refused', message }
  }
}

/** `access_denied: the words of the server`, or the status if the server gives none. */
export function formatError(
  status: number,
  body: Readonly<Record<string, unknown>>,
  secrets: string[],
): string {
  const nested = body['error']
  const inner = typeof nested === 'object' && nested !== null ? (nested as Record<string, unknown>) : body
  const code = textOrNull(body['error']) ?? textOrNull(inner['code'])
  const words = textOrNull(inner['error_description']) ?? textOrNull(inner['message'])
  const said = [code, words].filter((part) => part !== null).join(': ')
  return said === '' ? `it answers ${status}` : oneLine(redact(said.slice(0, LONGEST_QUOTED), secrets), 300)
}

/** Firewalls answer with a web page; its first words identify the firewall. */
export function unreadable({ status, text }: LoginAnswer): string {
  const start = text.slice(0, LONGEST_QUOTED)
  const words = oneLine(
    start.replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, ' ').replace(/<[^<>]*>/g, ' '),
    160,
  )
  const isPage = /^\s*<(!doctype|html|head|body)/i.test(text)
  const what = isPage ? 'a web page, as firewalls do' : 'something that is not JSON'
  // A success in an unexpected form may contain the tokens themselves.
  const isQuoted = words !== '' && (isPage || status >= 300)
  return `it answers ${status} with ${what}${isQuoted ? `: "${words}"` : ''}`
}

function oneLine(text: string, length: number): string {
  const line = printable(text.replace(/\s+/g, ' ').trim())
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`
}

function milliseconds(value: unknown): number | null {
  const seconds = typeof value === 'string' ? Number(value) : value
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null
}

/** Accepts only URLs that a browser may open. */
function webUrl(value: unknown): string | null {
  const url = typeof value === 'string' ? URL.parse(value) : null
  return url !== null && /^https?:$/.test(url.protocol) ? url.href : null
}
