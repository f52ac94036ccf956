import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { QwenctlError } from '../../base/errors.ts'
import type { DeviceLogin } from '../../provider/device-login.ts'
import type { DeviceCode } from './device-answers.ts'
import { readPoll, readStart } from './device-answers.ts'
import type { LoginHttp, LoginReply } from './login-http.ts'
import { postForm } from './login-http.ts'
import type { TokenSet } from './token-set.ts'
import { namedBase } from './named-base.ts'
import type { PendingLogin } from './pending-login.ts'
import { tokensIn } from './token-set.ts'

/** Time as an argument, so that tests control it. */
export interface LoginTime {
  /** Epoch milliseconds. */
  clock: () => number
  /** Rejects when the signal aborts. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

export const systemTime: LoginTime = {
  clock: Date.now,
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal })
  },
}

/** Up to this many network failures in a row count as a bad connection; more count as none. */
const MOST_FAILURES = 10
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 30_000
const GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

export interface LoginContext {
  http: LoginHttp
  time: LoginTime
  /** The name of the refusing server, for messages. */
  label: string
}

/**
 * Begins a login. Throws `credentials_refused` with the server's words, `upstream_unavailable` without a response.
 */
export async function beginLogin(
  context: LoginContext,
  device: DeviceLogin,
  signal?: AbortSignal,
): Promise<PendingLogin> {
  const verifier = device.pkce ? randomBytes(32).toString('base64url') : null
  const form: Record<string, string> = { client_id: device.clientId }
  if (device.scope !== null) form['scope'] = device.scope
  if (verifier !== null) {
    form['code_challenge'] = createHash('sha256').update(verifier).digest('base64url')
    form['code_challenge_method'] = 'S256'
  }
  const reply = await postForm(context.http, device.deviceEndpoint, form, signal)
  if (signal?.aborted === true) throw stopped()
  if (reply.kind === 'network') {
    throw new QwenctlError('upstream_unavailable', `the login could not begin: ${reply.message}`, {
      hint: device.refusal ?? 'check the connection, and try again',
    })
  }
  const started = readStart(reply)
  if (started.kind === 'refused') {
    throw new QwenctlError(
      'credentials_refused',
      `${context.label} refuses to begin a login: ${started.message}`,
      {
        hint: device.refusal ?? 'check the endpoints, --client-id and --scope',
      },
    )
  }
  const { code } = started
  const { userCode, verificationUri, verificationUriComplete } = code
  const expiresAt = context.time.clock() + code.expiresInMs
  const polling = new Polling(context, device, { code, verifier, expiresAt })
  return {
    userCode,
    verificationUri,
    verificationUriComplete,
    expiresAt,
    tokens: (abort) => polling.run(abort),
  }
}

interface Begun {
  code: DeviceCode
  verifier: string | null
  expiresAt: number
}

class Polling {
  readonly #context: LoginContext
  readonly #device: DeviceLogin
  readonly #begun: Begun
  #intervalMs: number
  #failures = 0

  constructor(context: LoginContext, device: DeviceLogin, begun: Begun) {
    this.#context = context
    this.#device = device
    this.#begun = begun
    this.#intervalMs = begun.code.intervalMs
  }

  async run(signal?: AbortSignal): Promise<TokenSet> {
    for (;;) {
      await this.#pause(signal)
      const reply = await postForm(this.#context.http, this.#device.tokenEndpoint, this.#form(), signal)
      if (signal?.aborted === true) throw stopped()
      const tokens = this.#take(reply)
      if (tokens !== null) return tokens
    }
  }

  async #pause(signal?: AbortSignal): Promise<void> {
    const { clock, sleep } = this.#context.time
    const left = this.#begun.expiresAt - clock()
    if (left <= 0) throw expired('it was not confirmed in time')
    const backOff = this.#failures === 0 ? 0 : FIRST_PAUSE_MS * 2 ** (this.#failures - 1)
    const pause = Math.max(this.#intervalMs, Math.min(backOff, LONGEST_PAUSE_MS))
    try {
      await sleep(Math.min(pause, left), signal)
    } catch (error) {
      throw signal?.aborted === true ? stopped() : error
    }
    if (signal?.aborted === true) throw stopped()
  }

  #form(): Record<string, string> {
    const { code, verifier } = this.#begun
    return {
      grant_type: GRANT,
      client_id: this.#device.clientId,
      device_code: code.deviceCode,
      ...(verifier === null ? {} : { code_verifier: verifier }),
    }
  }

  /** Null: ask again. */
  #take(reply: LoginReply): TokenSet | null {
    if (reply.kind === 'network') return this.#failed(reply.message)
    const { code, verifier } = this.#begun
    const polled = readPoll(reply, this.#intervalMs, [code.deviceCode, verifier ?? ''])
    switch (polled.kind) {
      case 'trouble':
        return this.#failed(polled.message)
      case 'wait':
        this.#failures = 0
        this.#intervalMs = polled.intervalMs
        return null
      case 'ended':
        throw this.#ended(polled)
      case 'tokens':
        return this.#tokens(polled.answer)
    }
  }

  #failed(message: string): null {
    this.#failures += 1
    if (this.#failures < MOST_FAILURES) return null
    throw new QwenctlError('upstream_unavailable', `the login server stays out of reach: ${message}`, {
      hint: 'nothing was stored; check the connection, and begin again',
    })
  }

  #ended({ reason, message }: { reason: 'expired' | 'denied' | 'refused'; message: string }): QwenctlError {
    if (reason === 'expired') return expired(message)
    if (reason === 'denied') {
      return new QwenctlError('credentials_refused', `the login was denied in the browser (${message})`, {
        hint: 'nothing was stored; begin again, and confirm it',
        details: { reason: 'denied' },
      })
    }
    return new QwenctlError('credentials_refused', `${this.#context.label} refuses the login: ${message}`, {
      hint: this.#device.refusal ?? 'nothing was stored; begin again',
    })
  }

  #tokens(answer: Record<string, unknown>): TokenSet | null {
    const { deviceEndpoint, tokenEndpoint, clientId, scope, pkce } = this.#device
    const before = {
      refreshToken: null,
      server: { deviceEndpoint, tokenEndpoint, clientId, scope, pkce },
      baseUrl: null,
      sharedFile: null,
    }
    return tokensIn(answer, this.#context.time.clock(), before, namedBase(this.#device, answer))
  }
}

function expired(why: string): QwenctlError {
  return new QwenctlError('credentials_refused', `the code has expired: ${why}`, {
    hint: 'nothing was stored; begin again for a new code',
    details: { reason: 'expired' },
  })
}

function stopped(): QwenctlError {
  return new QwenctlError('cancelled', 'the login was stopped; nothing was stored')
}
