// `/v1/files`, `/v1/batches` and `/v1/messages/batches`. The requests of a batch run on the accounts of this proxy: no
// batch of a service is used, and no discount is claimed.

import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { QwenctlError } from '../../base/errors.ts'
import { isRecord } from '../../base/is-record.ts'
import type { BatchView } from '../../toolkit/batch/batch-views.ts'
import type { Exchange } from '../pipeline/exchange/exchange.ts'
import type { BatchRunner } from './batch-runner.ts'
import type { BodyFile } from './body-file.ts'
import { copyPart, findParts, readField } from './form-file.ts'
import { anthropicBatch, fileShape, listShape, openaiBatch, readPage } from './shapes.ts'
import { splitRequests } from './split-requests.ts'
import type { Owner, StoredBatch, StoredBatches, StoredFile } from '../../toolkit/batch/http/stored.ts'
import { FINAL } from '../../toolkit/batch/http/stored.ts'

/** The endpoints of OpenAI that the proxy has. */
const ENDPOINTS = [
  '/v1/chat/completions',
  '/v1/completions',
  '/v1/embeddings',
  '/v1/responses',
  '/v1/moderations',
]
const MOST_METADATA = 16

/** A request for files or batches. */
export interface BatchRequest {
  /** Below `/v1`. */
  path: string
  query: string
  /** The body of a POST, which may still arrive; null: another method. */
  body: Promise<BodyFile> | null
}

interface Call {
  body: Promise<BodyFile> | null
  exchange: Exchange
  owner: Owner
  query: string
  /** The parts of the path below the collection. */
  rest: string[]
}

/** Answers the paths of files and batches. */
export class BatchApi {
  readonly #runner: BatchRunner
  readonly #stored: StoredBatches

  constructor(runner: BatchRunner) {
    this.#runner = runner
    this.#stored = runner.stored
  }

  handle(exchange: Exchange, { path, query, body }: BatchRequest): Promise<void> {
    const { key } = exchange
    const owner = { key: key?.key.id ?? null, user: key?.key.user ?? null }
    const parts = path.split('/').filter((part) => part !== '')
    const isMessages = parts[0] === 'messages'
    const call = { body, exchange, owner, query, rest: parts.slice(isMessages ? 2 : 1) }
    exchange.route = isMessages ? '/v1/messages/batches' : `/v1/${parts[0]}`
    if (isMessages) return this.#messageBatches(call)
    return parts[0] === 'files' ? this.#files(call) : this.#batches(call)
  }

  #files(call: Call): Promise<void> {
    const { exchange, owner, rest, query } = call
    const { method } = exchange.call
    const [id, action] = rest
    if (id === undefined && method === 'POST') return this.#upload(call)
    if (id === undefined && method === 'GET')
      return answer(
        exchange,
        listShape(this.#stored.files(owner), readPage(query), (file) => fileShape(file)),
      )
    if (id === undefined || rest.length > 2) throw wrongPath(exchange)
    if (action === 'content' && method === 'GET') return this.#content(exchange, owner, id)
    if (action !== undefined) throw wrongPath(exchange)
    if (method === 'GET') return answer(exchange, this.#anyFile(owner, id))
    if (method !== 'DELETE') throw wrongMethod(exchange, 'GET, DELETE')
    this.#stored.remove(this.#stored.file(id, owner).id)
    return answer(exchange, { id, object: 'file', deleted: true })
  }

  async #upload({ exchange, owner, body: arriving }: Call): Promise<void> {
    const body = (await arriving)!
    this.#stored.checkRoom(owner)
    const parts = await findParts(body.path, exchange.call.headers['content-type'])
    const purpose = await readField(body.path, parts, 'purpose')
    if (purpose !== 'batch')
      throw new QwenctlError('invalid_request', 'the purpose of a file is not batch', {
        hint: 'the proxy keeps files for batches alone: send purpose=batch',
      })
    const part = parts.find(({ name }) => name === 'file')
    if (part === undefined) throw new QwenctlError('invalid_request', 'the form has no field "file"')
    const id = this.#stored.newId('file-')
    const bytes = await copyPart(body.path, part, this.#stored.contentPath(id))
    const filename = (part.filename ?? 'batch.jsonl').slice(0, 200)
    const file: StoredFile = { id, owner, filename, bytes, createdAt: Date.now() }
    await this.#stored.putFile(file)
    exchange.sendJson(200, fileShape(file))
  }

  #batches(call: Call): Promise<void> {
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
      this.#removeEnded(batch)
      return answer(exchange, { id, object: 'batch', deleted: true })
    }
    if (action === undefined) throw wrongMethod(exchange, 'GET, DELETE')
    if (action !== 'cancel') throw wrongPath(exchange)
    if (method !== 'POST') throw wrongMethod(exchange, 'POST')
    return this.#cancel(batch).then((canceled) => exchange.sendJson(200, shape(canceled)))
  }

  async #create({ exchange, owner, body }: Call): Promise<void> {
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
    const batch = newBatch(id, 'openai', owner)
    Object.assign(batch, { inputFileId: file.id, endpoint, metadata: readMetadata(metadata) })
    await this.#stored.putBatch(batch)
    exchange.sendJson(200, this.#openai(batch))
    this.#runner.start(id)
  }

  #messageBatches(call: Call): Promise<void> {
    const { exchange, owner, rest, query } = call
    const { method } = exchange.call
    const [id, action] = rest
    if (id === undefined && method === 'POST') return this.#createMessages(call)
    const shape = (batch: StoredBatch) => this.#anthropic(exchange, batch)
    if (id === undefined && method === 'GET')
      return answer(exchange, listShape(this.#stored.batches(owner, 'anthropic'), readPage(query), shape))
    if (id === undefined || rest.length > 2) throw wrongPath(exchange)
    const batch = this.#stored.batch(id, owner, 'anthropic')
    if (action === 'results' && method === 'GET') return this.#results(exchange, batch)
    if (action === 'cancel' && method === 'POST')
      return this.#cancel(batch).then((canceled) => exchange.sendJson(200, shape(canceled)))
    if (action !== undefined) throw wrongPath(exchange)
    if (method === 'GET') return answer(exchange, shape(batch))
    if (method !== 'DELETE') throw wrongMethod(exchange, 'GET, DELETE')
    this.#removeEnded(batch)
    return answer(exchange, { id, type: 'message_batch_deleted' })
  }

  /** Not part of OpenAI's API. Without it, a key would reach its maximum number of batches. */
  #removeEnded({ id, state }: StoredBatch): void {
    if (!FINAL.has(state))
      throw new QwenctlError('invalid_request', `${id} has not ended`, { hint: 'cancel it first' })
    this.#stored.remove(id)
  }

  async #createMessages({ exchange, owner, body }: Call): Promise<void> {
    const { path } = (await body)!
    const id = this.#stored.newId('msgbatch_')
    try {
      this.#stored.checkRoom(owner)
      const lines = await splitRequests(path, this.#stored.contentPath(id, '.in'))
      if (lines === 0) throw new QwenctlError('invalid_request', 'requests is empty')
      const batch = { ...newBatch(id, 'anthropic', owner), lines }
      await this.#stored.putBatch(batch)
      exchange.sendJson(200, this.#anthropic(exchange, batch))
      this.#runner.start(id)
    } catch (error) {
      this.#stored.remove(id)
      throw error
    }
  }

  async #cancel(batch: StoredBatch): Promise<StoredBatch> {
    if (FINAL.has(batch.state)) return batch
    await this.#runner.update(batch.id, { state: 'cancelling', cancelAskedAt: Date.now() })
    this.#runner.cancel(batch.id)
    return this.#stored.reread(batch.id) ?? batch
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

  /** An uploaded file, or the results of a batch, which are files too. */
  #content(exchange: Exchange, owner: Owner, id: string): Promise<void> {
    const result = this.#findResult(owner, id)
    if (result !== null) return sendFiles(exchange, result.paths)
    return sendFiles(exchange, [this.#stored.contentPath(this.#stored.file(id, owner).id)])
  }

  #anyFile(owner: Owner, id: string): object {
    const result = this.#findResult(owner, id)
    if (result === null) return fileShape(this.#stored.file(id, owner))
    const bytes = result.paths.reduce((sum, path) => sum + measureFile(path), 0)
    const createdAt = result.batch.endedAt ?? result.batch.createdAt
    return fileShape({ id, owner, filename: `${result.batch.id}.jsonl`, bytes, createdAt }, 'batch_output')
  }

  #findResult(owner: Owner, id: string): { batch: StoredBatch; paths: string[] } | null {
    const [, batchId = '', kind] = /^file-(batch_\w+?)_(output|error)$/.exec(id) ?? []
    if (kind === undefined) return null
    const batch = this.#stored.batch(batchId, owner, 'openai')
    const parts = kind === 'output' ? ['.out'] : ['.err', '.rest']
    return { batch, paths: parts.map((part) => this.#stored.contentPath(batchId, part)) }
  }

  #openai(batch: StoredBatch): object {
    const errors = ['.err', '.rest'].map((part) => this.#stored.contentPath(batch.id, part))
    return openaiBatch(
      batch,
      this.#findView(batch),
      FINAL.has(batch.state) && errors.some((path) => measureFile(path) > 0),
    )
  }

  #anthropic(exchange: Exchange, batch: StoredBatch): object {
    return anthropicBatch(batch, this.#findView(batch), `http://${exchange.call.headers.host ?? 'localhost'}`)
  }

  #findView({ id }: StoredBatch): BatchView | null {
    return this.#runner.records.get(id)
  }
}

function newBatch(id: string, kind: StoredBatch['kind'], owner: Owner): StoredBatch {
  return {
    id,
    kind,
    owner,
    inputFileId: null,
    endpoint: null,
    metadata: null,
    state: 'validating',
    lines: 0,
    errors: [],
    createdAt: Date.now(),
    startedAt: null,
    endedAt: null,
    cancelAskedAt: null,
    canceled: 0,
    expired: 0,
  }
}

function answer(exchange: Exchange, value: object): Promise<void> {
  exchange.sendJson(200, value)
  return Promise.resolve()
}

function measureFile(path: string): number {
  return existsSync(path) ? statSync(path).size : 0
}

/** Sends files one after the other, at the pace of the client. */
async function sendFiles(exchange: Exchange, paths: string[]): Promise<void> {
  exchange.begin(200, ['content-type', 'application/x-jsonl'])
  for (const path of paths) {
    if (!existsSync(path)) continue
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      if (exchange.isGone) return
      if (!exchange.write(chunk)) await drained(exchange)
    }
  }
  exchange.end()
}

function drained(exchange: Exchange): Promise<void> {
  return new Promise<void>((resolve) => {
    exchange.clientListener = { onClientLeft: resolve }
    exchange.call.whenDrained(resolve)
  }).then(() => {
    exchange.clientListener = null
  })
}

function readJson({ path }: BodyFile): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (isRecord(value)) return value
  } catch {
    // reported below
  }
  throw new QwenctlError('invalid_request', 'the request body is not a JSON object')
}

function readMetadata(value: unknown): Record<string, string> | null {
  if (typeof value !== 'object' || value === null) return null
  const texts = Object.entries(value).filter(([, text]) => typeof text === 'string')
  return Object.fromEntries(
    texts.slice(0, MOST_METADATA).map(([name, text]) => [name.slice(0, 64), String(text).slice(0, 512)]),
  )
}

function wrongPath({ call }: Exchange): QwenctlError {
  return new QwenctlError(
    'not_found',
    `there is nothing at ${call.method} ${call.url.split('?', 1)[0]!.slice(0, 200)}`,
  )
}

function wrongMethod(exchange: Exchange, allowed: string): QwenctlError {
  exchange.allow = allowed
  return new QwenctlError('method_not_allowed', `${exchange.call.method} is not for this path`)
}
