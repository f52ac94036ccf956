import { readFileSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { tryParseJson } from '../../base/text/try-parse-json.ts'
import { QwenctlError } from '../../base/errors.ts'
import { isRecord } from '../../base/is-record.ts'
import type { StoredBatch, StoredBatches } from '../../toolkit/batch/http/stored.ts'
import { FINAL } from '../../toolkit/batch/http/stored.ts'
import type { BatchCall } from './batch-call.ts'
import { answer, wrongMethod, wrongPath } from './batch-call.ts'
import type { BatchRunner } from './batch-runner.ts'
import type { BodyFile } from './body-file.ts'
import { cancelBatch, makeBatch, removeEnded } from './change-batch.ts'
import { listShape, openaiBatch, readPage } from './shapes.ts'
import { measureFile } from './stored-contents.ts'

/** The endpoints of OpenAI that the proxy has. */
const ENDPOINTS = [
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/responses',
  '/v1/moderations',
]
const MOST_METADATA = 16

/** Answers `/v1/batches`. */
export class OpenaiBatches {
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
    const shape = (batch: StoredBatch) => this.#openai(batch)
    if (id === undefined && method === 'GET')
      return answer(exchange, listShape(this.#stored.batches(owner, 'openai'), readPage(query), shape))
    if (id === undefined || rest.length > 2) throw wrongPath(exchange)
    const batch = this.#stored.batch(id, owner, 'openai')
    if (action === undefined && method === 'GET') return answer(exchange, shape(batch))
    if (action === undefined && method === 'DELETE') {
      removeEnded(this.#stored, batch)
      return answer(exchange, { id, object: 'batch', deleted: true })
    }
    if (action === undefined) throw wrongMethod(exchange, 'GET, DELETE')
    if (action !== 'cancel') throw wrongPath(exchange)
    if (method !== 'POST') throw wrongMethod(exchange, 'POST')
    refuseEnded(batch)
    return cancelBatch(this.#runner, batch).then((canceled) => exchange.sendJson(200, shape(canceled)))
  }

  async #create({ exchange, owner, body }: BatchCall): Promise<void> {
    const asked = readJson((await body)!)
    this.#stored.checkRoom(owner)
    const { input_file_id: fileId, endpoint, metadata, completion_window: window } = asked
    if (typeof fileId !== 'string') throw new QwenctlError('invalid_request', 'input_file_id is missing')
    if (typeof endpoint !== 'string' || !ENDPOINTS.includes(endpoint))
      throw new QwenctlError('invalid_request', `endpoint is not one of ${ENDPOINTS.join(', ')}`)
    if (window !== undefined && window !== '24h')
      throw new QwenctlError('invalid_request', 'completion_window is not 24h')
    const file = this.#stored.file(fileId, owner)
    const id = this.#stored.newId('batch_')
    await copyFile(this.#stored.contentPath(file.id), this.#stored.contentPath(id, '.in'))
    const batch = makeBatch(id, 'openai', owner)
    Object.assign(batch, { inputFileId: file.id, endpoint, metadata: readMetadata(metadata) })
    await this.#stored.putBatch(batch)
    exchange.sendJson(200, this.#openai(batch))
    this.#runner.start(id)
  }

  #openai(batch: StoredBatch): object {
    const errors = ['.err', '.rest'].map((part) => this.#stored.contentPath(batch.id, part))
    return openaiBatch(
      batch,
      this.#runner.records.get(batch.id),
      FINAL.has(batch.state) && errors.some((path) => measureFile(path) > 0),
    )
  }
}

/** OpenAI answers 409 here, which its clients show as a conflict (tests of BerriAI/litellm, read 2026-11-30). */
function refuseEnded({ id, state }: StoredBatch): void {
  if (FINAL.has(state))
    throw new QwenctlError('batch_ended', `Cannot cancel a batch with status '${state}'.`, {
      hint: `its results are ready: GET /v1/batches/${id}`,
    })
}

function readJson({ path }: BodyFile): Record<string, unknown> {
  const value = tryParseJson(readFileSync(path, 'utf8'))
  if (isRecord(value)) return value
  throw new QwenctlError('invalid_request', 'the request body is not a JSON object')
}

function readMetadata(value: unknown): Record<string, string> | null {
  if (typeof value !== 'object' || value === null) return null
  const texts = Object.entries(value).filter(([, text]) => typeof text === 'string')
  return Object.fromEntries(
    texts.slice(0, MOST_METADATA).map(([name, text]) => [name.slice(0, 64), String(text).slice(0, 512)]),
  )
}
