// A proxy with its API over a fresh home, and a client that checks every answer against the OpenAPI document.

import { expect } from 'vitest'
import { Management } from '../../../src/lib/management/management.ts'
import { openApi } from '../../../src/lib/management/openapi.ts'
import type { ManagementOptions } from '../../../src/lib/management/management.ts'
import type { AccountView } from '../../../src/lib/toolkit/views.ts'
import type { Schema } from '../json-schema.ts'
import { findFaults } from '../json-schema.ts'
import type { GivenProxy, OpenReply, Reply, TestProxy } from './proxy-harness.ts'
import { givenProxy } from './proxy-harness.ts'

export interface ApiReply {
  status: number
  headers: Reply['headers']
  text: string
  json: ApiBody
}

/** The fields that answers may have; the route decides which there are. */
export interface ApiBody {
  error: { code: string; message: string; hint: string | null; field?: string }
  account: AccountView
  accounts: AccountView[]
  token: string
  secret: string
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each test knows what it asked for
  [field: string]: any
}

export interface GivenApi extends GivenProxy {
  management?: Partial<ManagementOptions>
}

export interface Asking {
  body?: unknown
  /** Null: none is presented. Missing: the admin token. */
  token?: string | null
  headers?: Record<string, string>
}

export async function givenApi(given: GivenApi = {}): Promise<TestApi> {
  let management: Management | null = null
  const proxy = await givenProxy({
    ...given,
    settings: {
      ...given.settings,
      management: (req, res, facts) => management?.handle(req, res, facts),
    },
  })
  const { running, toolkit, troubles } = proxy
  management = new Management({
    toolkit,
    proxy: () => ({
      url: running.url,
      pid: process.pid,
      startedAt: '2026-11-22T00:00:00.000Z',
      strategy: 'fill-first',
      workers: 1,
      inFlight: running.inFlight,
    }),
    user: null,
    onTrouble: (message) => troubles.push(message),
    ...(given.clock === undefined ? {} : { clock: given.clock }),
    ...given.management,
  })
  return new TestApi(proxy, management, await toolkit.admin.token())
}

interface Operation {
  responses: Record<string, { content: Record<string, { schema: Schema }> }>
}

export class TestApi {
  readonly proxy: TestProxy
  readonly management: Management
  readonly token: string
  readonly #schemas: Record<string, Schema>
  readonly #paths: Record<string, Record<string, Operation>>

  constructor(proxy: TestProxy, management: Management, token: string) {
    this.proxy = proxy
    this.management = management
    this.token = token
    const document = openApi(management.routes) as unknown as {
      components: { schemas: Record<string, Schema> }
      paths: Record<string, Record<string, Operation>>
    }
    this.#schemas = document.components.schemas
    this.#paths = document.paths
  }

  get(path: string, asking: Asking = {}): Promise<ApiReply> {
    return this.ask('GET', path, asking)
  }

  post(path: string, body?: unknown, asking: Asking = {}): Promise<ApiReply> {
    return this.ask('POST', path, { ...asking, body })
  }

  patch(path: string, body: unknown): Promise<ApiReply> {
    return this.ask('PATCH', path, { body })
  }

  delete(path: string): Promise<ApiReply> {
    return this.ask('DELETE', path)
  }

  async ask(method: string, path: string, { body, token, headers }: Asking = {}): Promise<ApiReply> {
    const reply = await this.proxy.ask(method, path, {
      ...(body === undefined ? {} : { body: body as object }),
      headers: { ...this.#presenting(token), ...headers },
    })
    this.#check(method, path, reply)
    const { status, text, headers: answered } = reply
    return { status, headers: answered, text, json: reply.json as unknown as ApiBody }
  }

  /** For streams. */
  open(path: string, { token, headers }: Asking = {}): Promise<OpenReply> {
    return this.proxy.open(path, { method: 'GET', headers: { ...this.#presenting(token), ...headers } })
  }

  #presenting(token: string | null | undefined): Record<string, string> {
    return token === null ? {} : { authorization: `Bearer ${token ?? this.token}` }
  }

  /** Every answer of every test has the status and the form that the document says. */
  #check(method: string, path: string, { status, json }: Reply): void {
    const operation = this.#operation(method, path)
    if (operation === null) return
    const response = operation.responses[String(status)]
    expect(response !== undefined, `${method} ${path} answers ${status}`).toBe(true)
    const schema = response?.content['application/json']?.schema
    if (schema === undefined) return
    expect(findFaults(schema, json, this.#schemas), `${method} ${path} ${JSON.stringify(json)}`).toEqual([])
  }

  #operation(method: string, url: string): Operation | null {
    const path = url.split('?')[0] ?? ''
    const patterns = Object.keys(this.#paths).sort((a, b) => a.split('{').length - b.split('{').length)
    const found = patterns.find(
      (pattern) =>
        new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path) &&
        this.#paths[pattern]?.[method.toLowerCase()] !== undefined,
    )
    return found === undefined ? null : (this.#paths[found]?.[method.toLowerCase()] ?? null)
  }
}

/** Adds an account without asking any provider. */
export async function added(api: TestApi, more: object = {}): Promise<AccountView> {
  const wanted = {
    provider: 'custom',
    baseUrl: 'http://127.0.0.1:9/v1',
    key: 'sk-added-0123456789abcdef',
    verify: false,
  }
  const { status, json } = await api.post('/api/accounts', { ...wanted, ...more })
  expect(status, JSON.stringify(json)).toBe(201)
  return json.account
}
