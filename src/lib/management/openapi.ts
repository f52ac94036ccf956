import { z } from 'zod'
import type { ErrorCode } from '../base/errors.ts'
import { errorKinds } from '../base/errors.ts'
import { ownVersion } from '../toolkit/own-version.ts'
import { chooseStatus } from './answer.ts'
import { findVersioned } from './changes/resource-guard.ts'
import type { Route } from './route.ts'
import { Router } from './router.ts'
import { answers, bodies } from '../contract/components.ts'
import { errorDocument } from '../contract/error.ts'

type Json = Record<string, unknown>

/** The errors of every route, of one that needs a token, and of one that takes a body. */
const always: readonly ErrorCode[] = ['invalid_value', 'internal', 'shutting_down']
const closed: readonly ErrorCode[] = ['invalid_token', 'forbidden', 'too_many_failures', 'store_unwritable']
const withBody: readonly ErrorCode[] = ['invalid_body', 'request_too_large']
/** Errors of a change with `If-Match`, also where it cannot apply. */
const conditional: readonly ErrorCode[] = ['precondition_failed']

/** The OpenAPI 3.1 document of the routes, from the schemas that validate requests. */
export function openApi(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {}
  const router = new Router(routes)
  for (const route of routes) {
    const operations = (paths[route.path] ??= {})
    const hasVersion = route.method !== 'GET' && findVersioned(router, route.method, route.path) !== null
    operations[route.method.toLowerCase()] = buildOperation(route, hasVersion)
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'qwenctl',
      version: ownVersion(),
      summary: 'View and control the accounts of a qwenctl proxy',
      description:
        'Below the address of a running proxy. Every request needs the admin token, or a session made with it, as a bearer token, unless its description says that it does not. The token of a user opens the operations with x-qwenctl-access: user, for the data of that user.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'http://127.0.0.1:3000', description: 'the default address of proxy start' }],
    security: [{ token: [] }],
    tags: buildTags(routes),
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'qwenctl config get adminToken prints it' },
      },
      schemas: { ...componentsIn(answers), ...componentsIn(bodies) },
    },
  }
}

/** `hasVersion`: the request changes one resource that has an `ETag`. */
function buildOperation(route: Route, hasVersion: boolean): Json {
  const { access, summary, about, body, query, path } = route
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => pathParameter(name ?? ''))
  if (query !== null) parameters.push(...queryParameters(query))
  parameters.push(...headerParameters(route, hasVersion))
  return {
    operationId: operationId(route),
    tags: [chooseTag(path)],
    'x-qwenctl-access': access,
    summary,
    ...(about === null ? {} : { description: about }),
    ...(access === 'open' ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === null
      ? {}
      : {
          requestBody: {
            required: !body.safeParse({}).success,
            content: convertSchema(reference(bodies, body)),
          },
        }),
    responses: buildResponses(route),
  }
}

function buildResponses(route: Route): Json {
  const { status, answer } = route
  const content =
    answer === null
      ? { 'text/event-stream': { schema: { type: 'string' } } }
      : convertSchema(answers.has(answer) ? reference(answers, answer) : { type: 'object' })
  const responses: Json = {
    [String(status)]: { description: 'done', content },
  }
  for (const [code, said] of errorsByStatus(route)) {
    responses[code] = {
      description: said.join(', '),
      content: convertSchema(reference(answers, errorDocument)),
    }
  }
  return responses
}

function errorsByStatus({ access, body, errors, method }: Route): Map<string, ErrorCode[]> {
  const codes = [
    ...always,
    ...(access === 'open' ? [] : closed),
    ...(body === null ? [] : withBody),
    ...(method === 'GET' ? [] : conditional),
    ...errors,
  ]
  const found = new Map<string, ErrorCode[]>()
  for (const code of new Set(codes)) {
    const status = String(chooseStatus(code, errorKinds[code].status, method))
    found.set(status, [...(found.get(status) ?? []), code])
  }
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)))
}

function headerParameters({ method, access }: Route, hasVersion: boolean): Json[] {
  const header = (name: string, description: string): Json => {
    return { name, in: 'header', required: false, description, schema: { type: 'string' } }
  }
  return [
    ...(hasVersion ? [header('If-Match', 'the ETag of the version to change; another version is 412')] : []),
    ...(method === 'POST' && access !== 'open'
      ? [header('Idempotency-Key', 'a repeated request with this key gets the first answer, for a day')]
      : []),
  ]
}

function pathParameter(name: string): Json {
  return { name, in: 'path', required: true, schema: { type: 'string' } }
}

function queryParameters(schema: z.ZodType): Json[] {
  const { properties = {}, required = [] } = plain(z.toJSONSchema(schema, { io: 'output' })) as {
    properties?: Record<string, Json>
    required?: string[]
  }
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }))
}

/** In the form for clients: fields may be added, so additional properties are not forbidden. */
function componentsIn(registry: typeof answers): Json {
  const { schemas } = z.toJSONSchema(registry, { uri: schemaPath, io: 'input', unrepresentable: 'any' })
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema as Json)]))
}

function reference(registry: typeof answers, schema: z.ZodType): Json {
  const id = registry.get(schema)?.id
  if (id === undefined) throw new TypeError('a schema of the API has no name')
  return { $ref: schemaPath(id) }
}

function schemaPath(id: string): string {
  return `#/components/schemas/${id}`
}

function convertSchema(schema: Json): Json {
  return { 'application/json': { schema } }
}

/** Removes schema ids, and patterns that repeat a format. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value as Json).filter(
    ([name, inner]) =>
      !(name === '$schema' || name === '$id') &&
      !(name === 'pattern' && typeof (value as Json)['format'] === 'string') &&
      !(name === 'maximum' && inner === Number.MAX_SAFE_INTEGER) &&
      !(name === 'minimum' && inner === Number.MIN_SAFE_INTEGER),
  )
  return Object.fromEntries(fields.map(([name, inner]) => [name, plain(inner)]))
}

const tags: Record<string, string> = {
  about: 'access, and the identity of this service',
  accounts: 'accounts and their lifecycle',
  archive: 'removed accounts that can be restored',
  quota: 'what is left, and which account is next',
  history: 'past usage',
  events: 'live events',
  login: 'logins with a code',
  requests: 'finished requests, from the log',
  users: 'accounts by user',
  keys: 'credentials of programs at the proxy',
  providers: 'the supported providers',
  proxy: 'the answering proxy and its settings',
}

function buildTags(routes: readonly Route[]): Json[] {
  const names = [...new Set(routes.map(({ path }) => chooseTag(path)))]
  return names.map((name) => ({ name, description: tags[name] ?? name }))
}

function chooseTag(path: string): string {
  const [, , first = 'about'] = path.split('/')
  if (first === 'settings') return 'proxy'
  if (first === 'explain') return 'quota'
  if (first === 'logins') return 'login'
  return Object.hasOwn(tags, first) ? first : 'about'
}

/** `patchAccountsId`: unique, and valid as a name in generated code. */
function operationId({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z]+/).filter((word) => word !== '' && word !== 'json')
  const rest = words.slice(1).map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
  return method.toLowerCase() + (rest.length === 0 ? 'Api' : rest.join(''))
}
