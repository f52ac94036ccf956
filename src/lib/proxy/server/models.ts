import type { AccountScope } from '../../account/client-key.ts'
import { allowsModel, everyAccount, isInScope } from '../../account/client-key.ts'
import { isQwenctlError, QwenctlError } from '../../base/errors.ts'
import type { Dialect } from '../../provider/provider.ts'
import type { Member } from '../../rotation/pool/member.ts'
import type { Exchange } from '../pipeline/exchange.ts'
import type { ProxyContext } from '../pipeline/proxy-context.ts'
import { jsonOf } from '../pipeline/held-answer.ts'
import type { LivePool } from '../pool/live-pool.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'

/** One model of the pool, and the provider that listed it first. */
interface Model {
  id: string
  provider: string
  /** Epoch seconds; null: not said. */
  created: number | null
}

/** Clients look the models up at every start; providers change them monthly. */
const FRESH_MS = 5 * 60_000
/** An upstream that does not answer in time is left out of this list: clients wait a few seconds at most. */
const ASK_MS = 2_500
const MOST_LIST_BYTES = 4 << 20

/** What one place (user, provider, base URL) listed lately: a service lists models of one organisation to it alone. Kept beside the pool, so that a reload forgets nothing. */
const lists = new WeakMap<LivePool, Map<string, { at: number; models: Model[] }>>()

/** `GET /v1/models` and `/v1/models/{id}`: the union over the enabled accounts that the key may use, in the shape that the client knows. */
export async function listModels(proxy: ProxyContext, exchange: Exchange, id: string): Promise<void> {
  const { key } = exchange
  const all = await modelsOf(proxy, key?.scope ?? everyAccount)
  const models = key === null ? all : all.filter(({ id: name }) => allowsModel(key.key, name))
  if (id === '') return exchange.sendJson(200, listShape(exchange.dialect, models))
  const found =
    models.find((model) => model.id === id) ?? models.find((model) => `${model.provider}/${model.id}` === id)
  if (found === undefined)
    throw new QwenctlError('model_not_found', `no account lists the model ${id.slice(0, 200)}`)
  exchange.sendJson(200, modelShape(exchange.dialect, found))
}

async function modelsOf({ live, upstreams, clock }: ProxyContext, scope: AccountScope): Promise<Model[]> {
  let known = lists.get(live)
  if (known === undefined) lists.set(live, (known = new Map<string, { at: number; models: Model[] }>()))
  const places = new Map<string, Member>()
  for (const member of live.pool.members) {
    const { account } = member
    if (!isInScope(scope, account)) continue
    const place = `${account.user} ${account.provider} ${account.baseUrl ?? ''} ${account.models?.join() ?? ''}`
    if (account.enabled && member.hasCredential && !places.has(place)) places.set(place, member)
  }
  const cache = known
  const asked = [...places].map(async ([place, member]) => {
    const before = cache.get(place)
    if (before !== undefined && clock() - before.at < FRESH_MS) return before.models
    const models = await modelsAt(live, upstreams, member)
    if (models !== null) cache.set(place, { at: clock(), models })
    return (
      models ??
      before?.models ??
      member.provider.models.map((id) => ({ id, provider: member.account.provider, created: null }))
    )
  })
  const union = new Map<string, Model>()
  for (const id of live.aliases.keys()) union.set(id, { id, provider: 'alias', created: null })
  for (const model of (await Promise.all(asked)).flat()) if (!union.has(model.id)) union.set(model.id, model)
  return [...union.values()]
}

async function modelsAt(live: LivePool, upstreams: UpstreamPool, member: Member): Promise<Model[] | null> {
  const { account, provider } = member
  const named = (ids: readonly string[]) =>
    ids.map((id) => ({ id, provider: account.provider, created: null }))
  if (account.models !== null) return named(account.models)
  if (provider.simulated) return named(provider.models)
  const dialect = member.dialects.has('openai') ? 'openai' : 'anthropic'
  const body = await ask(live, upstreams, member, dialect)
  const data = (body as { data?: unknown } | null | undefined)?.data
  if (!Array.isArray(data)) return null
  return data.flatMap((entry: Listed | null) =>
    typeof entry?.id === 'string'
      ? [{ id: entry.id, provider: account.provider, created: createdIn(entry) }]
      : [],
  )
}

/** A model as an upstream lists it. */
interface Listed {
  id?: unknown
  /** OpenAI's. */
  created?: unknown
  /** Anthropic's. */
  created_at?: unknown
}

function createdIn({ created, created_at: at }: Listed): number | null {
  if (typeof created === 'number') return created
  const ms = typeof at === 'string' ? Date.parse(at) : Number.NaN
  return Number.isFinite(ms) ? Math.floor(ms / 1000) : null
}

/** The upstream's own list, parsed; undefined when it gives none. Not a model call, so nothing is counted. */
async function ask(
  live: LivePool,
  upstreams: UpstreamPool,
  member: Member,
  dialect: Dialect,
): Promise<unknown> {
  const target = await live.target(member, dialect)
  if (isQwenctlError(target)) return undefined
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let status = 0
    let length = 0
    const versions = dialect === 'anthropic' ? ['anthropic-version', '2023-06-01'] : []
    const timer = setTimeout(() => give(undefined), ASK_MS)
    const call = upstreams.call(
      target.origin,
      {
        method: 'GET',
        path: `${target.base.path}/models`,
        more: target.authHeaders,
        headers: ['accept', 'application/json', 'accept-encoding', 'identity', ...versions],
        body: null,
      },
      {
        onHead: (head) => (status = head.status),
        onData: (chunk) => {
          length += chunk.length
          if (length > MOST_LIST_BYTES) give(undefined)
          else chunks.push(chunk)
        },
        onEnd: () => give(status === 200 ? jsonOf(Buffer.concat(chunks)) : undefined),
        onError: () => give(undefined),
      },
    )
    function give(value: unknown): void {
      clearTimeout(timer)
      call.abort()
      resolve(value)
    }
  })
}

function listShape(dialect: Dialect, models: Model[]): object {
  const data = models.map((model) => modelShape(dialect, model))
  if (dialect === 'openai') return { object: 'list', data }
  return { data, has_more: false, first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null }
}

function modelShape(dialect: Dialect, { id, provider, created }: Model): object {
  if (dialect === 'openai') return { id, object: 'model', created: created ?? 0, owned_by: provider }
  return { type: 'model', id, display_name: id, created_at: new Date((created ?? 0) * 1000).toISOString() }
}
