import type { Account } from '../../account/account.ts'
import type { AccountScope, ClientKey } from '../../account/client-key.ts'
import { everyAccount, isInScope } from '../../account/client-key.ts'
import { QwenctlError } from '../../base/errors.ts'
import type { Endpoint } from '../../rotation/endpoints.ts'
import { endpointAt, ollamaPaths, readGeminiPath } from '../../rotation/endpoints.ts'
import { allowedSteps } from '../../rotation/key-rules.ts'
import { modelSteps } from '../../rotation/models/model-steps.ts'
import { readName } from '../../rotation/models/whole-name.ts'
import type { Member } from '../../rotation/pool/member.ts'
import type { Settings } from '../settings/settings.ts'
import type { ExplainDocument, ExplainQuery } from '../views.ts'
import { readSize } from './read-size.ts'

interface AskedParts {
  pin: Account | null
  key: ClientKey | null
  scope: AccountScope
  members: readonly Member[]
}

/** The request that the query describes, as the proxy would read it. Throws `invalid_usage`, `model_not_allowed`. */
export async function readQuery(
  query: Omit<ExplainQuery, 'user'> & { user: string | null },
  { pin, key, scope, members }: AskedParts,
  settings: Settings,
): Promise<ExplainDocument['asked']> {
  const hasProvider = (id: string, seen: AccountScope = everyAccount) =>
    members.some(({ account }) => account.provider === id && isInScope(seen, account))
  const pool = {
    hasProvider,
    readName: (name: string, seen: AccountScope) => readName(name, seen, { members, hasProvider }),
  }
  const steps = await listSteps(query, { pool, scope }, settings)
  const route = query.route === undefined ? null : readRoute(query.route)
  return {
    model: query.model ?? null,
    provider: query.provider ?? null,
    group: query.group ?? null,
    account: pin?.id ?? null,
    dialect: query.dialect ?? findDialect(route ?? CHAT),
    route,
    session: query.session ?? null,
    user: query.user,
    key: key?.name ?? null,
    size: readSize(query),
    steps:
      key === null
        ? steps
        : [...allowedSteps(steps, key, query.model ?? null, (id) => hasProvider(id, scope))],
  }
}

type Steps = ExplainDocument['asked']['steps']

/** The candidate models, in order, for the requested provider. */
async function listSteps(
  { model, provider }: Pick<ExplainQuery, 'model' | 'provider'>,
  { pool, scope }: { pool: Parameters<typeof modelSteps>[2]; scope: AccountScope },
  settings: Settings,
): Promise<Steps> {
  if (model === undefined) return [{ provider: provider ?? null, model: null }]
  const steps = modelSteps(model, await settings.aliases(), pool, scope)
    .filter((step) => step.provider === null || provider === undefined || step.provider === provider)
    .map((step) => ({ ...step, provider: step.provider ?? provider ?? null }))
  if (steps.length > 0) return steps
  throw new QwenctlError('invalid_usage', `the model ${model} is not one of ${provider ?? ''}`, {
    hint: 'leave the provider out, or write the model without one',
  })
}

/** A missing route means a chat completion, the most common request. */
const CHAT = '/chat/completions'

const chatPaths = { openai: CHAT, anthropic: '/messages', gemini: '/models/*:generateContent' } as const

type AskedEndpoint = Pick<ExplainDocument['asked'], 'dialect' | 'route'>

/** The path of the request, below `/v1`. */
export function findPath({ dialect, route }: AskedEndpoint): string {
  return route ?? chatPaths[dialect ?? 'openai']
}

/** The endpoint of the request, with the formats that lead there. */
export function findEndpoint(asked: AskedEndpoint): Endpoint {
  return endpointAt(findPath(asked))
}

function findDialect(route: string): NonNullable<ExplainDocument['asked']['dialect']> {
  return readGeminiPath(route) === null ? endpointAt(route).dialect : 'gemini'
}

/** The path as endpoints are listed: below `/v1`, and for a path of Ollama the endpoint that serves it. */
function readRoute(given: string): string {
  const path = given.replace(/^\/?(?:v1\/)?/, '/')
  return Object.hasOwn(ollamaPaths, path) ? ollamaPaths[path as keyof typeof ollamaPaths] : path
}

/** The query with the model of its path: Google's paths name it. */
export function withPathModel(query: ExplainQuery): ExplainQuery {
  const model = query.model ?? readGeminiPath(readRoute(query.route ?? ''))?.model
  return model === undefined || model === '' ? query : { ...query, model }
}
