// The management room: the REST API and the page's files, below the address of a running proxy. Each request is
// matched, authorized, validated and passed to the toolkit; the routes list every operation. Loaded with the first
// such request, so that an unused page costs nothing.

import { watchLeaving } from './input/watch-leaving.ts'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { QwenctlError, isQwenctlError, readMessage } from '../base/errors.ts'
import { RecentMap } from '../rotation/pool/recent-map.ts'
import { scopeToUser } from '../toolkit/scope/user-toolkit.ts'
import { sendError, sendJson } from './answer.ts'
import { addInvalidValues, checkShape } from './input/check-shape.ts'
import { EventHub } from './events/event-hub.ts'
import { Gate } from './gate.ts'
import type { Opened } from './gate.ts'
import { Idempotency } from './changes/idempotency.ts'
import { McpEndpoint } from './mcp/mcp-endpoint.ts'
import { PendingLogins } from './logins/pending-logins.ts'
import type { ManagementOptions, ManagementParts } from './management-parts.ts'
import { PageFiles } from './page/page-files.ts'
import { readJson } from './input/read-body.ts'
import { readBearer } from './input/read-bearer.ts'
import { ResourceGuard } from './changes/resource-guard.ts'
import { runRoute } from './run-route.ts'
import type { Sent } from './run-route.ts'
import type { Call, Route } from './route.ts'
import { Router } from './router.ts'
import { allRoutes } from './routes/routes.ts'

export type { ManagementOptions, RunJob } from './management-parts.ts'

/** The most users with parts of their own in memory; those of others are made again. */
const MOST_USERS = 256

export class Management {
  readonly routes: readonly Route[]
  readonly #router: Router
  readonly #gate: Gate
  /** For the administrator: all users, or the only user of the proxy. */
  readonly #parts: ManagementParts
  /** For users with a token of their own. */
  readonly #partsByUser = new RecentMap<string, ManagementParts>(MOST_USERS)
  readonly #page: PageFiles
  readonly #options: ManagementOptions
  readonly #guard: ResourceGuard
  readonly #idempotency: Idempotency
  readonly #mcp: McpEndpoint

  constructor(options: ManagementOptions) {
    const { toolkit, user, clock = Date.now, pageFolder } = options
    this.#options = options
    this.#parts = this.#makeParts(user)
    this.#gate = new Gate(toolkit.admin, clock)
    this.routes = allRoutes(this.#gate)
    this.#router = new Router(this.routes)
    this.#guard = new ResourceGuard(this.#router)
    this.#idempotency = new Idempotency(clock)
    this.#mcp = new McpEndpoint(this.#gate, (opened) => this.#findParts(opened), options.onTrouble)
    this.#page = new PageFiles(pageFolder)
  }

  /** Answers one request, and never throws. */
  handle(req: IncomingMessage, res: ServerResponse, { remoteAddress }: { remoteAddress: string }): void {
    this.#answer(req, res, remoteAddress).catch((error: unknown) => {
      if (!isQwenctlError(error)) this.#options.onTrouble(`the API failed: ${readMessage(error)}`)
      sendError(res, error, req.method)
    })
  }

  async #answer(req: IncomingMessage, res: ServerResponse, remoteAddress: string): Promise<void> {
    const { method = 'GET', url = '/' } = req
    const { path, search } = splitUrl(url)
    if (path === '/mcp') return this.#mcp.answer(req, res, { search, remoteAddress })
    if (path !== '/api' && !path.startsWith('/api/')) return this.#page.answer(req, res, path)
    const found = this.#router.find(method, path)
    const presented = readBearer(req)
    // An unknown client does not learn which paths exist.
    const isOpen = found.kind === 'route' && found.route.access === 'open'
    const opened = isOpen ? null : await this.#gate.pass(presented, remoteAddress)
    const parts = this.#findParts(opened)
    if (found.kind === 'nothing') throw notFound(method, path)
    if (found.kind === 'other-methods') throw notAllowed(method, found.allow)
    const { route, params } = found
    checkOpens(opened, route)
    if (isOfOthers(parts, params)) throw notFound(method, path)
    const query = parseQuery(route, search)
    const body = route.body === null ? undefined : await checkBody(route, await readJson(req), parts)
    const signal = watchLeaving(res)
    const call: Call = { params, query, body, presented, opened, remoteAddress, parts, signal }
    if (route.answer === null) {
      if (method === 'HEAD') throw notAllowed(method, ['GET']) // a stream has no end to wait for
      return route.stream(call, req, res)
    }
    const { status, value, headers } = await this.#runOnce(req, { path, route, call })
    sendJson(res, status, value, headers)
  }

  /** Runs a route under the conditions of the request's headers `If-Match` and `Idempotency-Key`. */
  #runOnce(
    { headers: { 'if-match': wanted, 'idempotency-key': key } }: IncomingMessage,
    { path, route, call }: { path: string; route: Route; call: Call },
  ): Promise<Sent> {
    const isConditional = wanted !== undefined && route.method !== 'GET'
    const act = (call: Call) =>
      isConditional ? this.#guard.run(wanted, { path, route, call }) : runRoute(route, call)
    if (typeof key !== 'string' || route.method !== 'POST' || call.opened === null) return act(call)
    const { opened, query, body } = call
    const user = opened.kind === 'user' ? opened.user : null
    // A repeated request may wait for the answer of the first one, so it goes to its end.
    const whole = { ...call, signal: new AbortController().signal }
    return this.#idempotency.run(key, { user, route: JSON.stringify([path, query ?? null]), body }, () =>
      act(whole),
    )
  }

  /** The dependencies for what a token opens. Throws `forbidden` for a user that this proxy does not serve. */
  #findParts(opened: Opened | null): ManagementParts {
    if (opened?.kind !== 'user' || opened.user === this.#parts.user) return this.#parts
    if (this.#parts.user !== null) {
      throw new QwenctlError('forbidden', 'this proxy serves only another user', {
        hint: 'ask the administrator for the address of the proxy that serves you',
      })
    }
    const known = this.#partsByUser.get(opened.user) ?? this.#makeParts(opened.user)
    this.#partsByUser.set(opened.user, known)
    return known
  }

  #makeParts(user: string | null): ManagementParts {
    const { toolkit: all, proxy, clock = Date.now, runJob = null } = this.#options
    const toolkit = user === null ? all : scopeToUser(all, user)
    return {
      toolkit,
      proxy,
      user,
      clock,
      runJob,
      logins: new PendingLogins(toolkit, clock),
      events: new EventHub(toolkit, clock, user),
    }
  }
}

/** Whether a path names a user that is not served here: such a user does not exist. */
function isOfOthers({ user }: ManagementParts, { userId }: Record<string, string>): boolean {
  return user !== null && userId !== undefined && userId !== user
}

/** Throws `forbidden` if the route is not for the token of a user. */
function checkOpens(opened: Opened | null, { access }: Route): void {
  if (opened?.kind !== 'user' || access !== 'admin') return
  const { user } = opened
  throw new QwenctlError('forbidden', `this token opens the connections and the usage of ${user} alone`, {
    hint: 'use the admin token, which qwenctl config get adminToken prints',
  })
}

function splitUrl(url: string): { path: string; search: string } {
  const mark = url.indexOf('?')
  return mark < 0 ? { path: url, search: '' } : { path: url.slice(0, mark), search: url.slice(mark + 1) }
}

function parseQuery(route: Route, text: string): unknown {
  const given = new URLSearchParams(text)
  const query: Record<string, string> = {}
  for (const [name, value] of given) {
    if (Object.hasOwn(query, name)) {
      throw new QwenctlError('invalid_value', `the query has "${name.slice(0, 40)}" twice`)
    }
    query[name] = value
  }
  if (route.query !== null) return checkShape(route.query, query, 'invalid_value')
  const [first] = Object.keys(query)
  if (first === undefined) return undefined
  throw new QwenctlError('invalid_value', 'this path takes no query', {
    details: { field: first.slice(0, 40) },
  })
}

/** The body may be missing if every field is optional. */
async function checkBody({ body, examine }: Route, value: unknown, parts: ManagementParts): Promise<unknown> {
  if (body === null) return undefined
  const given = value === undefined ? {} : value
  try {
    return checkShape(body, given, 'invalid_body')
  } catch (error) {
    if (examine === null) throw error
    throw await addInvalidValues(error, given, (fields) => examine(fields, parts))
  }
}

function notFound(method: string, path: string): QwenctlError {
  return new QwenctlError('not_found', `there is nothing at ${method} ${path.slice(0, 200)}`, {
    hint: 'GET /api/openapi.json lists the paths',
  })
}

function notAllowed(method: string, allow: readonly string[]): QwenctlError {
  return new QwenctlError('method_not_allowed', `${method} is not allowed on this path`, {
    hint: `use ${allow.join(' or ')}`,
    details: { allow },
  })
}
