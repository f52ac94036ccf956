// Requests that this process makes itself: the lines of a batch. They pass through the same pipeline, accounts and
// ledger as the requests of clients.

import { QwenctlError } from '../../base/errors.ts'
import type { AttemptRecord } from '../../observe/request-event.ts'
import type { Usage } from '../../provider/provider.ts'
import type { LineAnswer, LineRequest } from '../../toolkit/batch/line-sender.ts'
import { LocalCall } from '../client/local-call.ts'
import { reuseClientHead } from '../wire/headers/client-head.ts'
import { Exchange } from '../pipeline/exchange/exchange.ts'
import type { ExchangeListener } from '../pipeline/exchange/exchange.ts'
import type { Incoming } from '../pipeline/plan/outgoing.ts'
import { readDestination } from '../pipeline/plan/routes.ts'
import type { KnownKey } from '../pool/authenticate.ts'

/** The part of the server that a local request passes through. */
export interface LocalHost extends ExchangeListener {
  nextId(): string
  handleLocal(exchange: Exchange, incoming: Incoming): void
  /** The cost by the price book, in dollars; null: unknown. */
  computeCost(accountId: string, model: string, usage: Usage): number | null
}

const acceptAll = () => undefined

/** Sends the request through the pool. Resolves when the pipeline has settled it. */
export function askLocally(
  host: LocalHost,
  request: LineRequest,
  key: KnownKey | null,
  signal: AbortSignal,
): Promise<LineAnswer> {
  const { path, query, route } = readDestination(request.path)
  if (route === null) {
    const error = new QwenctlError('not_found', `the pool has no endpoint ${path.slice(0, 200)}`)
    return Promise.reject(error)
  }
  const call = new LocalCall(request.path, buildHeaders(request), request.body)
  return new Promise((resolve) => {
    const leave = () => call.cutOff()
    const listener: ExchangeListener = {
      onEnded: (exchange) => host.onEnded(exchange),
      onStopped: (exchange) => host.onStopped(exchange),
      onFinished: (exchange, error) => {
        const tried = exchange.attemptRecords?.at(-1) // the host removes it
        host.onFinished(exchange, error)
        signal.removeEventListener('abort', leave)
        resolve(readAnswer(host, exchange, call, tried))
      },
    }
    const exchange = new Exchange(call, host.nextId(), listener)
    exchange.dialect = route.dialect
    exchange.route = route.name
    exchange.key = key
    exchange.isBatchLine = true
    exchange.bytesIn = request.body.length
    signal.addEventListener('abort', leave, { once: true })
    const head = reuseClientHead(call, null, acceptAll)
    host.handleLocal(exchange, { route, query, facts: null, head, bytes: request.body })
  })
}

function buildHeaders({ dialect, group }: LineRequest): Record<string, string> {
  return {
    'content-type': 'application/json',
    ...(dialect === 'anthropic' && { 'anthropic-version': '2023-06-01' }),
    ...(group !== null && { 'x-qwenctl-group': group }),
  }
}

function readAnswer(
  host: LocalHost,
  exchange: Exchange,
  call: LocalCall,
  tried: AttemptRecord | undefined,
): LineAnswer {
  const { refusal, usage, id } = exchange
  const returnsAt = refusal?.details['returnsAt']
  const model = tried?.model ?? exchange.model
  const isPriced = tried !== undefined && model !== null && usage.costUsd === null
  const costUsd = isPriced ? host.computeCost(tried.account.id, model, usage) : usage.costUsd
  return {
    status: call.isCut ? 0 : call.status,
    code: refusal?.code ?? null,
    message: refusal?.message ?? null,
    hint: refusal?.hint ?? null,
    returnsAt: typeof returnsAt === 'number' ? returnsAt : null,
    body: call.answer,
    account: tried === undefined ? null : `${tried.account.provider}/${tried.account.name}`,
    requestId: id,
    usage: { ...usage, costUsd },
  }
}
