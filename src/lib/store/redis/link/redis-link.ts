import { createHash } from 'node:crypto'
import { QwenctlError, isQwenctlError, readMessage } from '../../../base/errors.ts'
import type { RedisConnection } from './redis-connection.ts'
import { connectRedis } from './redis-connection.ts'
import type { EventLoop, Timer } from '../../ledger/event-loop.ts'
import { systemLoop } from '../../ledger/event-loop.ts'
import { reachHint } from './reach-hint.ts'
import { maskRedisUrl, parseRedisUrl } from './redis-url.ts'

/** After this long without an answer, the connection to the server is closed. */
const ANSWER_TIMEOUT_MS = 5_000

/** The way to the server that holds the keys of a home. Both methods throw `store_unreachable`. */
export interface StoreLink {
  /** The URL without its password. */
  readonly shown: string
  /** Sends one command to the server of `key`. */
  send(key: string, args: readonly string[]): Promise<unknown>
  /** Runs a script, and sends its source only to a server that lacks it. */
  run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown>
}

/** A Lua script with its digest. */
export interface Script {
  source: string
  readonly sha: string
}

/** The digest is made at first use: most commands load scripts and run none. */
export function defineScript(source: string): Script {
  let sha: string | undefined
  return {
    source,
    get sha() {
      return (sha ??= createHash('sha1').update(source).digest('hex'))
    },
  }
}

export interface LinkOptions {
  timeoutMs?: number
  loop?: EventLoop
  /** Connects to the server; a simulation substitutes its own. */
  connect?: (timeoutMs: number) => Promise<RedisConnection>
}

/** Errors after which the server never serves this connection again, for example after a failover. */
const GIVE_UP = /^(READONLY|MASTERDOWN|CLUSTERDOWN|LOADING|UNBLOCKED)\b/

/**
 * The connection of one process to its store. It connects on first use, and again after each failure. Every failure
 * is `store_unreachable`; whether the server has run the command is then unknown.
 */
export class RedisLink implements StoreLink {
  readonly shown: string
  readonly #connectTo: (timeoutMs: number) => Promise<RedisConnection>
  readonly #timeoutMs: number
  readonly #loop: EventLoop
  #connecting: Promise<RedisConnection> | null = null
  #isClosed = false

  constructor(url: string, { timeoutMs = ANSWER_TIMEOUT_MS, loop = systemLoop, connect }: LinkOptions = {}) {
    this.shown = maskRedisUrl(url)
    this.#timeoutMs = timeoutMs
    this.#loop = loop
    this.#connectTo = connect ?? ((ms) => connectRedis(parseRedisUrl(url), ms))
  }

  async send(key: string, args: readonly string[]): Promise<unknown> {
    let connection: RedisConnection | null = null
    try {
      connection = await this.#connect()
      return await this.#answer(connection.send(key, args))
    } catch (error) {
      throw this.#failure(error, connection)
    }
  }

  async run(script: Script, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args]
    try {
      return await this.send(keys[0]!, ['EVALSHA', script.sha, ...rest])
    } catch (error) {
      if (!lacksScript(error)) throw error
      return this.send(keys[0]!, ['EVAL', script.source, ...rest])
    }
  }

  close(): void {
    this.#isClosed = true
    this.#drop()
  }

  #connect(): Promise<RedisConnection> {
    if (this.#isClosed) throw new Error('the connection was closed')
    this.#connecting ??= this.#connectTo(this.#timeoutMs).then((connection) => {
      if (this.#isClosed) connection.close()
      return connection
    })
    return this.#connecting
  }

  #drop(): void {
    const connecting = this.#connecting
    this.#connecting = null
    connecting?.then(
      (connection) => closeQuietly(connection),
      () => undefined,
    )
  }

  async #answer(reply: Promise<unknown>): Promise<unknown> {
    let timer: Timer | null = null
    const late = new Promise<never>((_resolve, reject) => {
      const giveUp = () => reject(new Error(`no answer for ${this.#timeoutMs} ms`))
      timer = this.#loop.later(this.#timeoutMs, giveUp, true)
    })
    try {
      return await Promise.race([reply, late])
    } finally {
      timer!.cancel()
      reply.catch(() => undefined)
    }
  }

  #failure(error: unknown, connection: RedisConnection | null): QwenctlError {
    const text = readMessage(error)
    const isReply = isErrorReply(error)
    if (!isReply || GIVE_UP.test(text) || connection === null) this.#drop()
    if (isQwenctlError(error)) return error
    const reason = text === '' ? ((error as NodeJS.ErrnoException).code ?? 'no reason') : firstLine(text)
    const hint = reachHint(reason, this.shown.startsWith('rediss'))
    return new QwenctlError('store_unreachable', `the store ${this.shown} does not answer: ${reason}`, {
      ...(hint === null ? {} : { hint: `${hint}; nothing is sent while it cannot be counted` }),
      details: isReply ? { reply: text } : {},
      cause: error,
    })
  }
}

function lacksScript(error: unknown): boolean {
  const reply = isQwenctlError(error) ? error.details['reply'] : null
  return typeof reply === 'string' && reply.startsWith('NOSCRIPT')
}

function isErrorReply(error: unknown): boolean {
  const name = (error as Error | undefined)?.constructor.name ?? ''
  return name === 'SimpleError' || name === 'BlobError' || name === 'ErrorReply'
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.slice(0, 200)
}

function closeQuietly(connection: RedisConnection): void {
  try {
    connection.close()
  } catch {
    // it was closed already
  }
}

export function unreachable(cause: unknown): QwenctlError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new QwenctlError('store_unreachable', `the store does not answer: ${reason}`, { cause })
}

/** After a restart of the server. */
export function inGrace(shown: string, graceMs: number): QwenctlError {
  const seconds = Math.ceil(graceMs / 1000)
  return new QwenctlError(
    'store_unreachable',
    `the store ${shown} has restarted; nothing is granted for ${seconds} s`,
    { hint: 'try again then: every proxy first appends what the store may have lost' },
  )
}
