// The management room: the REST API and the page's files, below the address of a running proxy. Each request is
// matched, authorized, validated and passed to the toolkit; the routes list every operation. Loaded with the first
// such request, so that an unused page costs nothing.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { QwenctlError, isQwenctlError, readMessage } from '../base/errors.ts'
import { scopeToUser } from '../toolkit/scope/user-toolkit.ts'
import { sendError, sendJson } from './answer.ts'
import { checkShape } from './check-shape.ts'
import { EventHub } from './events/event-hub.ts'
import { Gate } from './gate.ts'
import { PendingLogins } from './logins/pending-logins.ts'
import type { ManagementOptions, ManagementParts } from './management-parts.ts'
import { PageFiles } from './page-files.ts'
import { readJson } from './read-body.ts'
import type { Call, Route } from './route.ts'
import { Router } from './router.ts'
import { allRoutes } from './routes/routes.ts'

export type { ManagementOptions, RunJob } from './management-parts.ts'

export class Management {
  readonly routes: readonly Route[]
  readonly #router: Router
  readonly #gate: Gate
  readonly #parts: ManagementParts
  readonly #page: PageFiles
  readonly #onTrouble: (message: string) => void

  constructor(options: ManagementOptions) {
    const { toolkit: all, proxy, user, onTrouble, clock = Date.now, pageFolder, runJob = null } = options
    const toolkit = user === null ? all : scopeToUser(all, user)
    this.#onTrouble = onTrouble
    this.#parts = {
      toolkit,
      proxy,
      user,
      clock,
      runJob,
      logins: new PendingLogins(toolkit, clock),
      events: new EventHub(toolkit, clock, user),
    }
    this.#gate = new Gate(toolkit.admin, clock)
    this.routes = allRoutes(this.#gate)
    this.#router = new Router(this.routes)
    this.#page = new PageFiles(pageFolder)
  }

  /** Answers one request, and never throws. */
  handle(req: IncomingMessage, res: ServerResponse, { remoteAddress }: { remoteAddress: string }): void {
    this.#answer(req, res, remoteAddress).catch((error: unknown) => {
      if (!isQwenctlError(error)) this.#onTrouble(`the API failed: ${readMessage(error)}`)
      sendError(res, error, req.method)
    })
  }

  async #answer(req: IncomingMessage, res: ServerResponse, remoteAddress: string): Promise<void> {
    const { method = 'GET', url = '/' } = req
    const mark = url.indexOf('?')
    const path = mark < 0 ? url : url.slice(0, mark)
    if (path !== '/api' && !path.startsWith('/api/')) return this.#page.answer(req, res, path)
    const found = this.#router.find(method, path)
    const presented = readBearer(req)
    // An unknown client does not learn which paths exist.
    if (found.kind !== 'route' || found.route.access === 'admin')
      await this.#gate.pass(presented, remoteAddress)
    if (found.kind === 'nothing') throw notFound(method, path)
    if (found.kind === 'other-methods') throw notAllowed(method, found.allow)
    const { route, params } = found
    if (this.#isOfOthers(params)) throw notFound(method, path)
    const query = parseQuery(route, mark < 0 ? '' : url.slice(mark + 1))
    const body = route.body === null ? undefined : checkBody(route, await readJson(req))
    const call: Call = { params, query, body, presented, remoteAddress, parts: this.#parts }
    if (route.answer === null) {
      if (method === 'HEAD') throw notAllowed(method, ['GET']) // a stream has no end to wait for
      return route.stream(call, req, res)
    }
    sendJson(res, route.status, await route.run(call))
  }

  /** Whether a path names a user that this proxy does not serve: such a user does not exist here. */
  #isOfOthers({ userId }: Record<string, string>): boolean {
    const { user } = this.#parts
    return user !== null && userId !== undefined && userId !== user
  }
}

function readBearer({ headers: { authorization } }: IncomingMessage): string | null {
  const [, token] = /^bearer\s+(\S+)\s*$/i.exec(authorization ?? '') ?? []
  return token ?? null
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
function checkBody(route: Route, value: unknown): unknown {
  return route.body === null ? undefined : checkShape(route.body, value ?? {}, 'invalid_body')
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
