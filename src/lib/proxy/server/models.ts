import { formatTime } from '../../base/iso-time.ts'
import type { AccountScope } from '../../account/client-key.ts'
import { allowsModel, everyAccount, isInScope } from '../../account/client-key.ts'
import { QwenctlError } from '../../base/errors.ts'
import type { Dialect } from '../../provider/provider.ts'
import { listFor } from '../../toolkit/models/model-book.ts'
import type { Exchange } from '../pipeline/exchange/exchange.ts'
import type { ProxyContext } from '../pipeline/proxy-context.ts'

/** A model of the pool, and the provider that listed it first. */
export interface Model {
  id: string
  provider: string
  /** Epoch seconds; null: unknown. */
  created: number | null
}

/** Clients fetch the models at every start. */
const FRESH_MS = 5 * 60_000

/**
 * `GET /v1/models` and `/v1/models/{id}`: the union over the enabled accounts that the key may use, in the
 * client's format.
 */
export async function listModels(proxy: ProxyContext, exchange: Exchange, id: string): Promise<void> {
  const models = await listKnownModels(proxy, exchange)
  if (id === '') return exchange.sendJson(200, listShape(shapeFor(exchange), models))
  const found =
    models.find((model) => model.id === id) ?? models.find((model) => `${model.provider}/${model.id}` === id)
  if (found === undefined)
    throw new QwenctlError('model_not_found', `no account lists the model ${id.slice(0, 200)}`)
  exchange.sendJson(200, modelShape(shapeFor(exchange), found))
}

/** Returns the models that the client may use. */
export async function listKnownModels(proxy: ProxyContext, { key }: Pick<Exchange, 'key'>): Promise<Model[]> {
  const aliases = proxy.live.aliasesFor(key).map((id): Model => ({ id, provider: 'alias', created: null }))
  const named = new Set(aliases.map(({ id }) => id))
  const listed = await listedModels(proxy, key?.scope ?? everyAccount)
  const allowed = key === null ? listed : listed.filter(({ id }) => allowsModel(key.key, id))
  return [...aliases, ...allowed.filter(({ id }) => !named.has(id))]
}

/** The models that the enabled accounts in the scope list. For equal names the first counts. */
async function listedModels({ live, lists, book }: ProxyContext, scope: AccountScope): Promise<Model[]> {
  const members = live.pool.members.filter(
    ({ account, hasCredential }) => account.enabled && hasCredential && isInScope(scope, account),
  )
  await lists.refresh(live, members, FRESH_MS)
  const union = new Map<string, Model>()
  for (const { account, provider } of members) {
    for (const { id, created } of listFor(account, provider, book)) {
      if (!union.has(id)) union.set(id, { id, provider: account.provider, created })
    }
  }
  return [...union.values()]
}

type Shape = Dialect | 'gemini'

function shapeFor({ dialect, route }: Exchange): Shape {
  return route.startsWith('/v1beta/') ? 'gemini' : dialect
}

function listShape(shape: Shape, models: Model[]): object {
  const data = models.map((model) => modelShape(shape, model))
  if (shape === 'gemini') return { models: data }
  if (shape === 'openai') return { object: 'list', data }
  return { data, has_more: false, first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null }
}

/** Google's clients read the name and the methods (https://ai.google.dev/api/models, 2026-11). */
function geminiModel(id: string): object {
  return {
    name: `models/${id}`,
    baseModelId: id,
    version: '1',
    displayName: id,
    description: '',
    supportedGenerationMethods: ['generateContent', 'countTokens'],
  }
}

function modelShape(shape: Shape, { id, provider, created }: Model): object {
  if (shape === 'gemini') return geminiModel(id)
  if (shape === 'openai') return { id, object: 'model', created: created ?? 0, owned_by: provider }
  return { type: 'model', id, display_name: id, created_at: formatTime((created ?? 0) * 1000) }
}
