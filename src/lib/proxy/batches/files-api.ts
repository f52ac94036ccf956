import { QwenctlError } from '../../base/errors.ts'
import type { Owner, StoredBatch, StoredBatches, StoredFile } from '../../toolkit/batch/http/stored.ts'
import { FINAL } from '../../toolkit/batch/http/stored.ts'
import type { Exchange } from '../pipeline/exchange/exchange.ts'
import type { BatchCall } from './batch-call.ts'
import { answer, wrongMethod, wrongPath } from './batch-call.ts'
import { copyPart, findParts, readField } from './form-file.ts'
import { fileShape, listShape, readPage } from './shapes.ts'
import { measureFile, sendFiles } from './stored-contents.ts'

/** The list of OpenAI has up to 10,000 files a page, also without `limit`. */
const MOST_LISTED = 10_000

interface ListedFile extends StoredFile {
  purpose: string
}

interface BatchResult {
  batch: StoredBatch
  paths: string[]
}

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
    if (id === undefined && method === 'GET') return answer(exchange, this.#list(owner, query))
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

  /** `purpose` selects; `order` is by age (platform.openai.com/docs/api-reference/files/list, read 2026-11-30). */
  #list(owner: Owner, query: string): object {
    const values = new URLSearchParams(query)
    const purpose = values.get('purpose') ?? ''
    const uploads = this.#stored.files(owner).map((file) => ({ ...file, purpose: 'batch' }))
    const all = [...uploads, ...this.#listResults(owner)]
      .filter((file) => purpose === '' || file.purpose === purpose)
      .sort((one, other) => other.createdAt - one.createdAt)
    if (values.get('order') === 'asc') all.reverse()
    return listShape(all, readPage(query, MOST_LISTED), (file) => fileShape(file, file.purpose))
  }

  #listResults(owner: Owner): ListedFile[] {
    const ended = this.#stored.batches(owner, 'openai').filter(({ state }) => FINAL.has(state))
    return ended.flatMap(({ id }) =>
      ['output', 'error'].flatMap((kind) => {
        const result = this.#findResult(owner, `file-${id}_${kind}`)
        const file = result === null ? null : describeResult(result, `file-${id}_${kind}`)
        return file === null || file.bytes === 0 ? [] : [file]
      }),
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
    const file = describeResult(result, id)
    return fileShape(file, file.purpose)
  }

  #findResult(owner: Owner, id: string): BatchResult | null {
    const [, batchId = '', kind] = /^file-(batch_\w+?)_(output|error)$/.exec(id) ?? []
    if (kind === undefined) return null
    const batch = this.#stored.batch(batchId, owner, 'openai')
    const parts = kind === 'output' ? ['.out'] : ['.err', '.rest']
    return { batch, paths: parts.map((part) => this.#stored.contentPath(batchId, part)) }
  }
}

function describeResult({ batch, paths }: BatchResult, id: string): ListedFile {
  const bytes = paths.reduce((sum, path) => sum + measureFile(path), 0)
  const createdAt = batch.endedAt ?? batch.createdAt
  const { owner } = batch
  return { id, owner, filename: `${batch.id}.jsonl`, bytes, createdAt, purpose: 'batch_output' }
}
