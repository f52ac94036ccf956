import type { IncomingMessage, ServerResponse } from 'node:http'
import type { z } from 'zod'
import type { ErrorCode } from '../base/errors.ts'
import type { Opened } from './gate.ts'
import type { ManagementParts } from './management-parts.ts'

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

type ParamsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Record<Name, string> & ParamsOf<Rest>
  : unknown

/** A request with a validated shape. */
export interface Call<Params = unknown, Query = unknown, Body = unknown> {
  params: Params
  query: Query
  body: Body
  parts: ManagementParts
  /** The bearer token without the word `Bearer`; null: none. */
  presented: string | null
  /** The part that the token opens; null: the route needs no token. */
  opened: Opened | null
  /** The address of the client. */
  remoteAddress: string
  /** Aborted once the client has left. */
  signal: AbortSignal
}

type Examine = (fields: Readonly<Record<string, unknown>>, parts: ManagementParts) => Promise<void>

interface About {
  method: Method
  /** `user`: the token of a user opens it too, for the part of that user. `open`: needs no token. */
  access?: 'admin' | 'user' | 'open'
  summary: string
  /** Details that the summary leaves out. */
  about?: string
  /** Errors of this route, besides those of all routes. */
  errors?: readonly ErrorCode[]
  /** Rejects with the invalid values of a body in which other fields have the wrong shape. */
  examine?: Examine
}

/** An operation of the API, as the router, the OpenAPI document and the tests see it. */
export interface Route extends Required<Omit<About, 'about' | 'examine'>> {
  examine: Examine | null
  path: string
  about: string | null
  query: z.ZodType | null
  body: z.ZodType | null
  status: number
  /** Null: the route answers as a stream. */
  answer: z.ZodType | null
  run(call: Call): Promise<unknown>
  stream(call: Call, req: IncomingMessage, res: ServerResponse): Promise<void>
}

interface JsonSpec<
  Path extends string,
  Query extends z.ZodType,
  Body extends z.ZodType,
  Answer extends z.ZodType,
> extends About {
  path: Path
  query?: Query
  body?: Body
  /** Default: 200. */
  status?: number
  answer: Answer
  run(call: Call<ParamsOf<Path>, z.output<Query>, z.output<Body>>): Promise<z.input<Answer>>
}

/** A route that takes and returns JSON. The schemas of the OpenAPI document validate both directions. */
export function route<
  const Path extends string,
  Answer extends z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
>(spec: JsonSpec<Path, Query, Body, Answer>): Route {
  return {
    ...fillDefaults(spec),
    path: spec.path,
    query: spec.query ?? null,
    body: spec.body ?? null,
    status: spec.status ?? 200,
    answer: spec.answer,
    run: (call) => spec.run(call as Parameters<typeof spec.run>[0]),
    stream: () => Promise.reject(new TypeError(`${spec.path} is no stream`)),
  }
}

/** A route that streams its answer for as long as it takes. */
export function streamRoute(spec: About & { path: string; stream: Route['stream'] }): Route {
  return {
    ...fillDefaults(spec),
    path: spec.path,
    query: null,
    body: null,
    status: 200,
    answer: null,
    run: () => Promise.reject(new TypeError(`${spec.path} is a stream`)),
    stream: spec.stream,
  }
}

function fillDefaults(spec: About) {
  const { method, access = 'admin', summary, about = null, errors = [], examine = null } = spec
  return { method, access, summary, about, errors, examine }
}
