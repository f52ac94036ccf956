import { QwenctlError } from '../../base/errors.ts'
import type { StoredBatch, StoredBatches } from '../../toolkit/batch/http/stored.ts'
import { FINAL } from '../../toolkit/batch/http/stored.ts'
import type { Exchange } from '../pipeline/exchange/exchange.ts'
import type { BatchCall } from './batch-call.ts'
import { answer, wrongMethod, wrongPath } from './batch-call.ts'
import type { BatchRunner } from './batch-runner.ts'
import { cancelBatch, makeBatch, removeEnded } from './change-batch.ts'
import { checkRequests } from './check-requests.ts'
import { anthropicBatch, listShape, readPage } from './shapes.ts'
import { splitRequests } from './split-requests.ts'
import { sendFiles } from './stored-contents.ts'

/** Answers `/v1/messages/batches`. */
export class MessageBatches {
  readonly #runner: BatchRunner
  readonly #stored: StoredBatches

  constructor(runner: BatchRunner) {
    this.#runner = runner
    this.#stored = runner.stored
  }

  handle(call: BatchCall): Promise<void> {
    const { exchange, owner, rest, query } = call
    const { method } = exchange.call
    const [id, action] = rest
    if (id === undefined && method === 'POST') return this.#create(call)
    const shape = (batch: StoredBatch) => this.#anthropic(exchange, batch)
    if (id === undefined && method === 'GET')
      return answer(exchange, listShape(this.#stored.batches(owner, 'anthropic'), readPage(query), shape))
    if (id === undefined || rest.length > 2) throw wrongPath(exchange)
    const batch = this.#stored.batch(id, owner, 'anthropic')
    if (action === 'results' && method === 'GET') return this.#results(exchange, batch)
    if (action === 'cancel' && method === 'POST')
      return cancelBatch(this.#runner, batch).then((canceled) => exchange.sendJson(200, shape(canceled)))
    if (action !== undefined) throw wrongPath(exchange)
    if (method === 'GET') return answer(exchange, shape(batch))
    if (method !== 'DELETE') throw wrongMethod(exchange, 'GET, DELETE')
    removeEnded(this.#stored, batch)
    return answer(exchange, { id, type: 'message_batch_deleted' })
  }

  async #create({ exchange, owner, body }: BatchCall): Promise<void> {
    const { path } = (await body)!
    const id = this.#stored.newId('msgbatch_')
    try {
      this.#stored.checkRoom(owner)
      const lines = await splitRequests(path, this.#stored.contentPath(id, '.in'))
      if (lines === 0) throw new QwenctlError('invalid_request', 'requests is empty')
      await checkRequests(this.#stored.contentPath(id, '.in'))
      const batch = { ...makeBatch(id, 'anthropic', owner), lines }
      await this.#stored.putBatch(batch)
      exchange.sendJson(200, this.#anthropic(exchange, batch))
      this.#runner.start(id)
    } catch (error) {
      this.#stored.remove(id)
      throw error
    }
  }

  #results(exchange: Exchange, { id, state }: StoredBatch): Promise<void> {
    if (!FINAL.has(state))
      throw new QwenctlError('invalid_request', `${id} has not ended`, {
        hint: 'ask again when processing_status is ended',
      })
    return sendFiles(
      exchange,
      ['.out', '.err', '.rest'].map((part) => this.#stored.contentPath(id, part)),
    )
  }

  #anthropic(exchange: Exchange, batch: StoredBatch): object {
    return anthropicBatch(
      batch,
      this.#runner.records.get(batch.id),
      `http://${exchange.call.headers.host ?? 'localhost'}`,
    )
  }
}
