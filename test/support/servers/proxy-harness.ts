// A proxy over a fresh home, in this process and over real sockets. Its client shows an answer as it came.

import { Agent, request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'
import type { AttemptReport } from '../../../src/lib/proxy/pool/reports.ts'
import { startProxy } from '../../../src/lib/proxy/start-proxy.ts'
import type { ProxySettings, RunningProxy } from '../../../src/lib/proxy/start-proxy.ts'
import { openToolkit } from '../../../src/lib/toolkit/open-toolkit.ts'
import type { ToolkitOptions } from '../../../src/lib/toolkit/open-toolkit.ts'
import type { NewAccount, Toolkit } from '../../../src/lib/toolkit/toolkit.ts'
import type { AccountQuotaView } from '../../../src/lib/toolkit/views.ts'
import { temporaryFolder } from '../temp-folder.ts'
import { until } from '../until.ts'

export { until }

/** The fields that a test must give for an account: `custom` at the upstream's base, its key derived from its name. */
export type GivenAccount = Partial<NewAccount> & { name: string }

export interface GivenProxy {
  accounts?: GivenAccount[]
  /** The base URL of accounts that name none. */
  baseUrl?: string
  settings?: Partial<ProxySettings>
  /** The home of an earlier proxy: both then share it. */
  home?: string
  clock?: () => number
  /** Further options of the toolkit. */
  toolkit?: Partial<ToolkitOptions>
  /** Its settings, instead of those given: read at the start and at every change of the configuration. */
  follow?: (toolkit: Toolkit) => Promise<ProxySettings>
  /** Files with certificates to trust besides Node's own. */
  ca?: string[]
  /** The contents of config.yaml at the start. */
  config?: string
  /** Troubles it may report; any other fails the test. */
  troubles?: RegExp
}

export interface Reply {
  status: number
  headers: IncomingHttpHeaders
  rawHeaders: string[]
  body: Buffer
  text: string
  /** Parsed; undefined when it is not JSON. */
  json: ErrorBody
  /** The connection broke before the answer was whole. */
  isCut: boolean
}

/** As far as tests look into answers. */
export interface ErrorBody {
  type?: string
  error: { code: string; message: string; type: string }
  data: { id: string; type?: string; object?: string; owned_by?: string }[]
  id: string
  [field: string]: unknown
}

type Body = string | Buffer | object

/** The key that a harness account of this name has. */
export const makeKey = (name: string): string => `sk-key-of-${name}-0123456789abcdef`

export const QUESTION = { model: 'm1', messages: [{ role: 'user', content: 'hi' }] }

/** The transport of the whole run: `npm run test:portable` sets it. */
export const transport = process.env.QWENCTL_TRANSPORT as ProxySettings['transport']

const defaults: ProxySettings = {
  host: '127.0.0.1',
  port: 0,
  strategy: 'fill-first',
  affinity: false,
  maxBodyMb: 1,
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 20_000,
  idleTimeoutMs: 20_000,
  clientIdleTimeoutMs: 20_000,
  user: null,
  ...(transport !== undefined && { transport }),
}

export async function givenProxy(given: GivenProxy): Promise<TestProxy> {
  const home = given.home ?? temporaryFolder()
  if (given.config !== undefined) writeFileSync(join(home, 'config.yaml'), given.config)
  const toolkit = openToolkit({
    env: { QWENCTL_HOME: home, ...(transport !== undefined && { QWENCTL_TRANSPORT: transport }) },
    ...given.toolkit,
    ...(given.clock === undefined ? {} : { clock: given.clock }),
    ca: given.ca,
  })
  onTestFinished(() => toolkit.close())
  for (const account of given.accounts ?? []) await toolkit.accounts.add(newAccount(account, given.baseUrl))
  const attempts: AttemptReport[] = []
  const troubles: string[] = []
  const taken: ProxySettings[] = []
  const { follow } = given
  const read = follow === undefined ? undefined : () => follow(toolkit)
  const running = await startProxy(
    toolkit,
    (await read?.()) ?? { ...defaults, ...given.settings },
    {
      onAttempt: (report) => attempts.push(report),
      onSettings: (settings) => taken.push(settings),
      onTrouble: (message) => troubles.push(message),
    },
    read,
  )
  const proxy = new TestProxy({ home, toolkit, running, attempts, troubles, taken })
  onTestFinished(async () => {
    proxy.agent.destroy()
    await running.stop(0)
    const unforeseen = troubles.filter((trouble) => given.troubles?.test(trouble) !== true)
    expect(unforeseen, 'troubles that the proxy reported').toEqual([])
  })
  return proxy
}

export function newAccount({ name, ...rest }: GivenAccount, baseUrl: string | undefined): NewAccount {
  const provider = rest.provider ?? 'custom'
  const needsKey = provider !== 'sandbox' && rest.tokens === undefined
  const secret = needsKey ? { secret: makeKey(name) } : {}
  return { name, provider, ...secret, ...(baseUrl === undefined ? {} : { baseUrl }), ...rest }
}

interface Parts {
  home: string
  toolkit: Toolkit
  running: RunningProxy
  attempts: AttemptReport[]
  troubles: string[]
  taken: ProxySettings[]
}

export class TestProxy {
  readonly home: string
  readonly toolkit: Toolkit
  readonly running: RunningProxy
  readonly attempts: AttemptReport[]
  readonly troubles: string[]
  /** Settings that it took up while it ran. */
  readonly taken: ProxySettings[]
  readonly agent = new Agent({ keepAlive: true })

  constructor({ home, toolkit, running, attempts, troubles, taken }: Parts) {
    this.taken = taken
    this.home = home
    this.toolkit = toolkit
    this.running = running
    this.attempts = attempts
    this.troubles = troubles
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Reply> {
    return this.ask('GET', path, { headers })
  }

  post(path: string, body: Body, headers: Record<string, string> = {}): Promise<Reply> {
    return this.ask('POST', path, { body, headers })
  }

  /** A chat completion; `more` goes into its body. */
  chat(more: object = {}, headers: Record<string, string> = {}): Promise<Reply> {
    return this.post('/v1/chat/completions', { ...QUESTION, ...more }, headers)
  }

  async ask(
    method: string,
    path: string,
    { body, headers = {} }: { body?: Body; headers?: Record<string, string> } = {},
  ): Promise<Reply> {
    const open = await this.open(path, { method, headers, ...(body === undefined ? {} : { body }) })
    return open.whole()
  }

  /** Resolves with the head; the body is read as the test asks for it. */
  async open(
    path: string,
    {
      body,
      headers = {},
      method = 'POST',
    }: { body?: Body; headers?: Record<string, string>; method?: string },
  ): Promise<OpenReply> {
    const payload = body === undefined ? null : toBytes(body)
    const req = httpRequest({
      host: '127.0.0.1',
      port: this.running.port,
      agent: this.agent,
      method,
      path,
      headers: {
        ...(payload === null ? {} : { 'content-type': 'application/json', 'content-length': payload.length }),
        ...headers,
      },
    })
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      req.once('response', resolve)
      req.once('error', reject)
      req.end(payload)
    })
    return new OpenReply(response)
  }

  /** A chat stream; resolves with the head, which the proxy holds until the first event. */
  stream(more: object = {}, headers: Record<string, string> = {}): Promise<OpenReply> {
    return this.open('/v1/chat/completions', { body: { ...QUESTION, stream: true, ...more }, headers })
  }

  /** Sends bytes as they are; everything that comes back until the connection ends, as Latin-1. */
  raw(text: string): Promise<string> {
    return new Promise((resolve) => {
      let answer = ''
      const socket = connect(this.running.port, '127.0.0.1', () => socket.write(text, 'latin1'))
      socket.on('data', (chunk) => (answer += chunk.toString('latin1')))
      socket.on('error', () => undefined) // a reset is an end too
      socket.on('close', () => resolve(answer))
    })
  }

  /** The view of `quota show` of each account, once every request is settled. */
  async quota(): Promise<Record<string, AccountQuotaView>> {
    const ledger = await this.toolkit.ledger()
    await until(
      () => this.running.inFlight === 0 && ledger.state.open.size === 0,
      () => ledger.refresh(),
    )
    const { accounts } = await this.toolkit.quotas.show([])
    return Object.fromEntries(accounts.map((account) => [account.name, account]))
  }

  /** Used of each account's first limit. */
  async used(): Promise<Record<string, number | undefined>> {
    const quota = await this.quota()
    return Object.fromEntries(Object.entries(quota).map(([name, { limits }]) => [name, limits[0]?.used]))
  }

  /** The settlements of the ledger's files, in order, once every request is settled. */
  async settlements(): Promise<Record<string, unknown>[]> {
    await this.quota()
    await (await this.toolkit.ledger()).record([]) // what is pending is in the file after this
    return ledgerLines(this.home).filter((event) => event.type === 'settle')
  }
}

export function ledgerLines(home: string): Record<string, unknown>[] {
  const folder = join(home, 'ledger')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson'))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

function toBytes(body: Body): Buffer {
  if (Buffer.isBuffer(body)) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

/** An answer with a body that the test reads at its own pace. */
export class OpenReply {
  readonly response: IncomingMessage
  readonly #chunks: Buffer[] = []
  readonly #ended = Promise.withResolvers<boolean>()
  #isReading = false
  #onData: () => void = () => undefined

  constructor(response: IncomingMessage) {
    this.response = response
    response.on('end', () => this.#ended.resolve(false))
    response.on('error', () => this.#ended.resolve(true))
    response.on('close', () => this.#ended.resolve(!response.complete))
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8')
  }

  /** Resolves once this text has come; rejects when the answer ends without. */
  async sees(text: string): Promise<void> {
    this.#read()
    const isOver = this.#ended.promise.then(() => true)
    while (!this.text.includes(text)) {
      const more = new Promise<boolean>((resolve) => (this.#onData = () => resolve(false)))
      if (!(await Promise.race([more, isOver]))) continue
      if (!this.text.includes(text)) throw new Error(`the answer ended without ${text}:\n${this.text}`)
    }
  }

  /** Reads it to its end. */
  async whole(): Promise<Reply> {
    this.#read()
    const isCut = await this.#ended.promise
    const body = Buffer.concat(this.#chunks)
    const { statusCode = 0, headers, rawHeaders } = this.response
    return {
      status: statusCode,
      headers,
      rawHeaders,
      body,
      text: body.toString('utf8'),
      json: parsed(body),
      isCut,
    }
  }

  /** Closes the connection, as a client does that is no longer interested. */
  leave(): void {
    this.response.destroy()
  }

  #read(): void {
    if (this.#isReading) return
    this.#isReading = true
    this.response.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#onData()
    })
  }
}

function parsed(body: Buffer): ErrorBody {
  try {
    return JSON.parse(body.toString('utf8')) as ErrorBody
  } catch {
    return undefined as unknown as ErrorBody
  }
}
