import { QwenctlError } from '../../base/errors.ts'
import type { Owner, StoredBatch, StoredBatches, StoredFile } from '../../toolkit/batch/http/stored.ts'
import type { Exchange } from '../pipeline/exchange/exchange.ts'
import type { BatchCall } from './batch-call.ts'
import { answer, wrongMethod, wrongPath } from './batch-call.ts'
import { copyPart, findParts, readField } from './form-file.ts'
import { fileShape, listShape, readPage } from './shapes.ts'
import { measureFile, sendFiles } from './stored-contents.ts'

/** Answers `/v1/files`: uploads of clients, and the results of OpenAI's batches, which are files too. */
export class FilesApi {
  readonly #stored: StoredBatches

  constructor(stored: StoredBatches) {
    this.#stored = stored
  }

  handle(call: BatchCall): Promise<void> {
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

  async #upload({ exchange, owner, body: arriving }: BatchCall): Promise<void> {
    const body = (await arriving)!
    this.#stored.checkRoom(owner)
    const parts = await findParts(body.path, exchange.call.headers['content-type'])
    const purpose = await readField(body.path, parts, 'purpose')
    if (purpose !== 'batch')
      throw new QwenctlError('invalid_request', 'the purpose of a file is not batch', {
        hint: 'the proxy keeps files only for batches: send purpose=batch',
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
}
