// The API of a proxy, scripted: states that a real proxy would only come to after hours, or by misfortune. What it
// answers has the shapes of docs/reference/api.md; the main flows are tested against the real one too.

import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PageFiles } from '../../../src/lib/management/page/page-files.ts'
import type { AccountView, ArchivedView, ClientKeyView, LoginView } from '../../../web/src/api/types.ts'
import {
  bucketsUpTo,
  fakeProviders,
  historyRow,
  madeAccount,
  madeHistory,
  madeLimit,
  findTotal,
} from './fake-api-data.ts'
import { FakeWork } from './fake-work.ts'

export const ADMIN_TOKEN = 'qa_0123456789012345678901234567890123456789012'
export const TICKET = 'qt_ticket'

interface Said {
  code: string
  message: string
  hint?: string
  field?: string
}

/** The requests that the API refuses, and how. */
export class Refusal extends Error {
  readonly status: number
  readonly error: Said

  constructor(status: number, error: Said) {
    super(error.message)
    this.status = status
    this.error = error
  }
}

export type Handler = (call: {
  match: string[]
  query: URLSearchParams
  body: Record<string, unknown>
}) => unknown

export class FakeApi {
  accounts: AccountView[]
  keys: ClientKeyView[] = []
  readonly work = new FakeWork()
  archive: ArchivedView[] = []
  login: LoginView | null = null
  /** Requests to `/api` as `GET /accounts`, in their order. */
  readonly seen: string[] = []
  /** Bodies by the same names, the last of each. */
  readonly bodies = new Map<string, Record<string, unknown>>()
  /** Instead of an answer, by the same names. `held`: none at all. */
  readonly refusals = new Map<string, Refusal | 'held'>()
  readonly #files = new PageFiles()
  readonly #streams = new Set<ServerResponse>()
  readonly #clock: () => number
  #server: Server | null = null
  #port = 0
  #eventId = 0

  constructor(accounts: AccountView[], clock: () => number = Date.now) {
    this.accounts = accounts
    this.#clock = clock
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Listens; again on the port of the first time. */
  async start(): Promise<void> {
    const server = createServer((req, res) => void this.#answer(req, res))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ host: '127.0.0.1', port: this.#port }, resolve)
    })
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  /** Ends like a proxy: listeners are cut off. */
  async stop(): Promise<void> {
    const server = this.#server
    this.#server = null
    this.#streams.clear()
    await new Promise<void>((resolve) => {
      if (server === null) return resolve()
      server.close(() => resolve())
      server.closeAllConnections()
    })
  }

  /** How many pages listen to the events. */
  get listeners(): number {
    return this.#streams.size
  }

  emit(event: string, data: unknown): void {
    this.#eventId += 1
    for (const stream of this.#streams)
      stream.write(`id: ${this.#eventId}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  /** Changes an account and tells of it as a proxy does. */
  change(id: string, part: Partial<AccountView>): AccountView {
    const changed = { ...this.#account(id), ...part }
    this.accounts = this.accounts.map((account) => (account.id === id ? changed : account))
    this.emit('quota', { now: this.#now(), accounts: [changed] })
    return changed
  }

  finishLogin(status: LoginView['status'], account: AccountView | null = null): void {
    if (this.login === null) throw new Error('no login was begun')
    this.login = { ...this.login, status, account }
    if (account !== null) this.accounts = [...this.accounts, account]
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? '/', this.url)
    if (!url.pathname.startsWith('/api')) return this.#page(req, res, url.pathname)
    const name = `${req.method ?? 'GET'} ${url.pathname.slice('/api'.length)}`
    const body = await readBody(req)
    this.seen.push(name)
    this.bodies.set(name, body)
    const planned = this.refusals.get(name)
    if (planned === 'held') return
    if (planned !== undefined) return refuse(res, planned)
    if (name !== 'POST /session' && req.headers.authorization !== 'Bearer qs_session')
      return refuse(res, refusal(401, 'invalid_token', 'the token is wrong, or its session has ended'))
    if (name === 'GET /events') return this.#stream(req, res)
    for (const [pattern, handler] of this.#routes) {
      const match = new RegExp(`^${pattern}$`).exec(name)
      if (match === null) continue
      try {
        return send(
          res,
          req.method === 'POST' && pattern.endsWith('/accounts') ? 201 : 200,
          handler({ match: match.slice(1).map(decodeURIComponent), query: url.searchParams, body }) ?? {},
        )
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
        return refuse(res, error)
      }
    }
    refuse(res, refusal(404, 'not_found', `there is nothing at ${name}`))
  }

  /** The files as the proxy serves them, with its policy. */
  #page(req: IncomingMessage, res: ServerResponse, path: string): void {
    this.#files
      .answer(req, res, path)
      .catch(() => refuse(res, refusal(404, 'not_found', `there is nothing at ${path}`)))
  }

  #stream(req: IncomingMessage, res: ServerResponse): void {
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    const resumed = req.headers['last-event-id'] !== undefined
    res.write(`event: hello\ndata: ${JSON.stringify({ now: this.#now(), resumed })}\n\n`)
    this.#streams.add(res)
    res.on('close', () => this.#streams.delete(res))
  }

  readonly #routes: [string, Handler][] = [
    [
      'POST /session',
      ({ body }) => {
        if (body['token'] !== ADMIN_TOKEN && body['ticket'] !== TICKET)
          throw refusal(401, 'invalid_token', 'the admin token is wrong')
        return { token: 'qs_session', expiresAt: this.#now(12 * 3_600_000) }
      },
    ],
    ['DELETE /session', () => ({ kind: 'session', user: null, expiresAt: this.#now() })],
    ['GET ', () => ({ name: 'qwenctl', version: '0.1.0', user: null })],
    ['GET /accounts', () => ({ accounts: this.accounts })],
    ['POST /accounts', ({ body }) => ({ account: this.#add(body), verification: null })],
    ['PATCH /accounts/([^/]+)', ({ match: [id = ''], body }) => ({ account: this.#patch(id, body) })],
    ['DELETE /accounts/([^/]+)', ({ match: [id = ''] }) => this.#archive(id)],
    [
      'DELETE /accounts/([^/]+)/cooldowns',
      ({ match: [id = ''] }) => ({
        account: this.change(id, { cooldowns: [], status: 'ready', statusReason: null, availableAt: null }),
      }),
    ],
    [
      'POST /accounts/([^/]+)/(enable|disable|verify|refresh|reset)',
      ({ match: [id = '', verb = ''] }) => this.#act(id, verb),
    ],
    ['GET /accounts/([^/]+)/stats', ({ match: [id = ''], query }) => this.#stats(id, query)],
    ['GET /explain', () => this.#explain()],
    ['GET /archive', () => ({ accounts: this.archive })],
    ['POST /archive/([^/]+)/restore', ({ match: [id = ''], body }) => ({ account: this.#restore(id, body) })],
    [
      'DELETE /archive/([^/]+)',
      ({ match: [id = ''] }) => {
        this.archive = this.archive.filter((account) => account.id !== id)
      },
    ],
    ['GET /history', ({ query }) => this.#history(query)],
    ...this.work.routes((id) => this.#account(id)),
    ['GET /keys', () => ({ keys: this.keys })],
    ['POST /keys', ({ body }) => this.#createKey(body)],
    [
      'DELETE /keys/([^/]+)',
      ({ match: [id = ''] }) => {
        this.keys = this.keys.filter((key) => key.id !== id)
      },
    ],
    ['GET /providers', () => ({ providers: fakeProviders })],
    [
      'GET /proxy',
      () => ({
        url: this.url,
        pid: 4711,
        startedAt: this.#now(-3_600_000),
        strategy: 'priority',
        version: '0.1.0',
        workers: 1,
        inFlight: 3,
        user: null,
        others: [],
      }),
    ],
    [
      'POST /login/([^/]+)',
      () =>
        (this.login = {
          loginId: 'log_1',
          status: 'pending',
          userCode: 'WDJB-MJHT',
          verificationUri: 'https://login.example.com/device',
          verificationUriComplete: 'https://login.example.com/device?user_code=WDJB-MJHT',
          qrSvg: QR,
          expiresAt: this.#now(600_000),
          account: null,
          error: null,
        }),
    ],
    ['GET /login/([^/]+)', () => this.login],
    ['DELETE /login/([^/]+)', () => ({})],
  ]

  #now(later = 0): string {
    return new Date(this.#clock() + later).toISOString()
  }

  #account(id: string): AccountView {
    const account = this.accounts.find((each) => each.id === id)
    if (account === undefined) throw refusal(404, 'account_not_found', `no account "${id}"`)
    return account
  }

  #add(body: Record<string, unknown>): AccountView {
    const {
      provider = '',
      name = provider,
      key,
      limits = [],
    } = body as { provider?: string; name?: string; key?: string; limits?: string[] }
    this.#checkName(name, provider)
    checkLimits(limits)
    if (key === 'sk-refused')
      throw refusal(
        422,
        'credentials_refused',
        `${provider} refuses the key`,
        'key',
        'check that it was copied whole',
      )
    const account = madeAccount(this.#clock(), {
      provider,
      name,
      limits: limits.map((limit) => limitFrom(this.#clock(), limit)),
    })
    this.accounts = [...this.accounts, account]
    return account
  }

  #patch(id: string, body: Record<string, unknown>): AccountView {
    const account = this.#account(id)
    const {
      name,
      limits,
      key: _key,
      ...rest
    } = body as Partial<AccountView> & { key?: string; limits?: never }
    if (name !== undefined && name !== account.name) this.#checkName(name, account.provider)
    if (limits !== undefined) checkLimits(limits)
    return this.change(id, { ...rest, ...(name === undefined ? {} : { name }) })
  }

  #checkName(name: string, provider: string): void {
    if (this.accounts.some((account) => account.provider === provider && account.name === name))
      throw refusal(
        409,
        'name_in_use',
        `there is an account "${provider}/${name}"`,
        'name',
        'choose another name',
      )
  }

  #act(id: string, verb: string): object {
    const account = this.#account(id)
    switch (verb) {
      case 'enable':
        return { account: this.change(id, { enabled: true, status: 'ready', statusReason: null }) }
      case 'disable':
        return { account: this.change(id, { enabled: false, status: 'disabled', statusReason: 'disabled' }) }
      case 'reset': {
        const limits = account.limits.map((limit) => ({
          ...limit,
          used: 0,
          reserved: 0,
          remaining: limit.max,
        }))
        return {
          account: this.change(id, {
            limits,
            cooldowns: [],
            status: 'ready',
            statusReason: null,
            availableAt: null,
          }),
        }
      }
      default:
        return { account, result: 'accepted', message: 'the key is accepted' }
    }
  }

  #archive(id: string): object {
    const account = this.#account(id)
    const { user, provider, name, label, groups, createdAt, auth, baseUrl } = account
    this.archive = [
      { id, user, provider, name, label, groups, createdAt, auth, baseUrl, archivedAt: this.#now() },
      ...this.archive,
    ]
    this.accounts = this.accounts.filter((each) => each.id !== id)
    return { account }
  }

  #restore(id: string, body: Record<string, unknown>): AccountView {
    const archived = this.archive.find((each) => each.id === id)
    if (archived === undefined) throw refusal(404, 'account_not_found', `no account "${id}"`)
    const name = typeof body['name'] === 'string' ? body['name'] : archived.name
    this.#checkName(name, archived.provider)
    this.archive = this.archive.filter((each) => each.id !== id)
    const account = madeAccount(this.#clock(), { ...archived, name })
    this.accounts = [...this.accounts, account]
    return account
  }

  #stats(id: string, query: URLSearchParams): object {
    const per = query.has('hours') ? 'hour' : 'day'
    const length = Number(query.get('hours') ?? query.get('days') ?? 24)
    const rows = bucketsUpTo(this.#clock(), length, per).map((at) =>
      historyRow(at, 'all', 'All', per === 'hour' ? 40 : 700),
    )
    const models = ['qwen3-coder-plus', 'qwen3-max'].map((model, index) =>
      findTotal(rows.slice(0, rows.length / (index + 1)), model, model),
    )
    return {
      account: this.#account(id),
      per,
      rows,
      models,
      totals: findTotal(rows, 'all', 'All'),
      cooldowns: this.#account(id).cooldowns,
      forecast: null,
    }
  }

  #history(query: URLSearchParams): object {
    const by = (query.get('by') ?? 'account') as 'account' | 'model'
    const names =
      by === 'account'
        ? this.accounts.map(({ id, provider, name }) => ({ key: id, label: `${provider}/${name}` }))
        : ['qwen3-coder-plus', 'qwen3-max', 'claude-sonnet-4-5'].map((key) => ({ key, label: key }))
    const wanted = query.get('account')
    const keys = names.filter(({ key }) => wanted === null || by !== 'account' || key === wanted)
    return madeHistory(this.#clock(), {
      by,
      per: (query.get('per') ?? 'day') as 'day',
      length: Number(query.get('hours') ?? query.get('days') ?? 7),
      keys,
    })
  }

  #explain(): object {
    const ready = this.accounts.filter(({ status }) => status === 'ready')
    return {
      now: this.#now(),
      strategy: 'priority',
      places: 'exact',
      next: ready[0]?.id ?? null,
      returnsAt: null,
      accounts: this.accounts.map(({ id, user, provider, name, status, statusReason, availableAt }) => ({
        id,
        user,
        provider,
        name,
        model: null,
        translated: false,
        verdict: id === ready[0]?.id ? 'next' : status === 'ready' ? 'eligible' : 'refused',
        place: status === 'ready' ? ready.findIndex((each) => each.id === id) + 1 : null,
        reason: status === 'ready' ? null : { code: status, words: statusReason ?? status },
        returnsAt: availableAt,
      })),
    }
  }

  #createKey(body: Record<string, unknown>): object {
    const {
      name = '',
      limits = [],
      ...rest
    } = body as { name?: string; limits?: string[]; accounts?: string[] }
    if (name === '') throw refusal(422, 'invalid_value', 'the key name "" is empty', 'name')
    checkLimits(limits)
    const key: ClientKeyView = {
      id: `key_${name}`,
      name,
      hint: 'qk_…f3a9',
      user: 'local',
      accounts: [],
      groups: [],
      accountCount: 1,
      models: [],
      limits: limits.map((limit) => limitFrom(this.#clock(), limit)),
      status: 'active',
      availableAt: null,
      expiresAt: null,
      overlapsUntil: null,
      createdAt: this.#now(),
      lastUsedAt: null,
      isUseRecorded: true,
      ...rest,
    }
    this.keys = [...this.keys, key]
    return { key, secret: 'qk_simulated_secret_shown_this_once_and_never_again' }
  }
}

function refusal(status: number, code: string, message: string, field?: string, hint?: string): Refusal {
  return new Refusal(status, {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(field === undefined ? {} : { field }),
  })
}

function checkLimits(limits: string[]): void {
  const wrong = limits.findIndex((limit) => !/^[\d.]+[a-z-]*\/\S+$/.test(limit))
  if (wrong >= 0)
    throw refusal(
      422,
      'invalid_limit',
      `"${limits[wrong]}" is not a limit`,
      `limits[${wrong}]`,
      'write a limit as MAX[metric]/WINDOW, for example 2000/day',
    )
}

function limitFrom(now: number, text: string): ReturnType<typeof madeLimit> {
  const [max = '0', window = 'day'] = text.split('/')
  return madeLimit(now, Number.parseFloat(max), window)
}

function refuse(res: ServerResponse, { status, error }: Refusal): void {
  send(res, status, { error })
}

function send(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  res.end(JSON.stringify(body))
}

async function readBody(req: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const piece of req.setEncoding('utf8')) text += String(piece)
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}

/** A picture with the three marks of a QR code. */
const QR =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 21 21" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h21v21H0z"/><path d="M0 0h7v7H0zM14 0h7v7h-7zM0 14h7v7H0z"/><path fill="#fff" d="M1 1h5v5H1zM15 1h5v5h-5zM1 15h5v5H1z"/><path d="M2 2h3v3H2zM16 2h3v3h-3zM2 16h3v3H2zM9 1h2v3H9zM12 4h1v2h-1zM9 8h3v3H9zM14 9h2v2h-2zM18 8h2v4h-2zM9 13h2v2H9zM13 13h3v2h-3zM10 17h4v2h-4zM17 16h3v3h-3z"/></svg>'
