import { randomUUID } from 'node:crypto'
import { redact } from '../../account/mask.ts'
import { QwenctlError } from '../../base/errors.ts'
import { formatNetwork } from '../accounts/checks/credential-check.ts'
import type { EgressAgents } from '../../net/egress-agents.ts'
import { isLoopback } from '../../base/loopback.ts'
import { isMetadataHost } from '../../net/metadata-addresses.ts'
import type { LoginAnswer } from './device-answers.ts'

/** The connection to login servers. */
export interface LoginHttp {
  /** The time limit for each whole exchange. */
  timeoutMs: number
  userAgent: string
  /** The egress path to the server. */
  agents: EgressAgents
}

export type LoginReply = ({ kind: 'answer' } & LoginAnswer) | { kind: 'network'; message: string }

/** Responses are a few hundred bytes; a firewall's web page is longer. */
const LONGEST_ANSWER_BYTES = 1024 * 1024

/**
 * Sends a form, without retries. Follows no redirect, because the code or token would reach the redirect's target.
 */
export async function postForm(
  http: LoginHttp,
  url: string,
  form: Record<string, string>,
  signal?: AbortSignal,
): Promise<LoginReply> {
  return exchange(http, url, { method: 'POST', form, signal })
}

export async function getJson(http: LoginHttp, url: string, signal?: AbortSignal): Promise<LoginReply> {
  return exchange(http, url, { method: 'GET', signal })
}

async function exchange(
  http: LoginHttp,
  url: string,
  {
    method,
    form,
    signal,
  }: { method: 'GET' | 'POST'; form?: Record<string, string>; signal?: AbortSignal | undefined },
): Promise<LoginReply> {
  const { default: got } = await import('got')
  const tooLong = new AbortController()
  const call = got(url, {
    method,
    ...(form === undefined ? {} : { form }),
    headers: { accept: 'application/json', 'x-request-id': randomUUID(), 'user-agent': http.userAgent },
    agent: http.agents,
    timeout: { request: http.timeoutMs },
    signal: signal === undefined ? tooLong.signal : AbortSignal.any([signal, tooLong.signal]),
    followRedirect: false,
    retry: { limit: 0 },
    throwHttpErrors: false,
  })
  void call.on('downloadProgress', ({ transferred }) => {
    if (transferred > LONGEST_ANSWER_BYTES) tooLong.abort()
  })
  try {
    const { statusCode, body } = await call
    return { kind: 'answer', status: statusCode, text: body }
  } catch (error) {
    const message = `${new URL(url).host}: ${formatNetwork(error, http.timeoutMs)}`
    return { kind: 'network', message: redact(message, Object.values(form ?? {})) }
  }
}

/** Checks an endpoint that may receive tokens: https, or this machine. Throws `invalid_value`. */
export function checkLoginUrl(text: string, what: string): string {
  const url = URL.parse(text.trim())
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new QwenctlError('invalid_value', `${what} is not a URL`, { hint: 'write it with https://' })
  }
  if (url.username !== '' || url.password !== '') {
    throw new QwenctlError('invalid_value', `${what} must not contain a user name or password`, {
      hint: 'leave them out',
    })
  }
  if (isMetadataHost(url.hostname)) {
    throw new QwenctlError('invalid_value', `${what} is an address of cloud metadata`, {
      hint: 'no login server answers there',
    })
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw new QwenctlError('invalid_value', `${what} is not encrypted: any machine on the way could log in`, {
      hint: 'write it with https://',
    })
  }
  return url.href
}
