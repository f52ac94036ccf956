// `/v1/files`, `/v1/batches` and `/v1/messages/batches`. The requests of a batch run on the accounts of this proxy: no
// batch of a service is used, and no discount is claimed.

import type { Exchange } from '../pipeline/exchange/exchange.ts'
import type { BatchCall } from './batch-call.ts'
import type { BatchRunner } from './batch-runner.ts'
import { FilesApi } from './files-api.ts'
import { MessageBatches } from './message-batches.ts'
import { OpenaiBatches } from './openai-batches.ts'

/** A request for files or batches. */
export interface BatchRequest extends Pick<BatchCall, 'query' | 'body'> {
  /** Below `/v1`. */
  path: string
}

/** Answers the paths of files and batches. */
export class BatchApi {
  readonly #files: FilesApi
  readonly #batches: OpenaiBatches
  readonly #messages: MessageBatches

  constructor(runner: BatchRunner) {
    this.#files = new FilesApi(runner.stored)
    this.#batches = new OpenaiBatches(runner)
    this.#messages = new MessageBatches(runner)
  }

  handle(exchange: Exchange, { path, query, body }: BatchRequest): Promise<void> {
    const { key } = exchange
    const owner = { key: key?.key.id ?? null, user: key?.key.user ?? null }
    const parts = path.split('/').filter((part) => part !== '')
    const isMessages = parts[0] === 'messages'
    const call = { body, exchange, owner, query, rest: parts.slice(isMessages ? 2 : 1) }
    exchange.route = isMessages ? '/v1/messages/batches' : `/v1/${parts[0]}`
    if (isMessages) return this.#messages.handle(call)
    return parts[0] === 'files' ? this.#files.handle(call) : this.#batches.handle(call)
  }
}
