import { join } from 'node:path'
import type { BatchApi } from '../batches/batch-api.ts'
import type { BodyFile } from '../batches/body-file.ts'
import { receiveBody } from '../batches/body-file.ts'
import type { BatchRunner } from '../batches/batch-runner.ts'
import type { Exchange } from '../pipeline/exchange/exchange.ts'

// The limits of both services (2026-11-30).
const MOST_FILE_BYTES = 200_000_000
const MOST_BATCH_BYTES = 256_000_000
const MOST_JSON_BYTES = 1_000_000

/** The batches of a proxy, which are loaded with the first request for them. */
export interface BatchParts {
  runner: BatchRunner
  api: BatchApi
}

/** Whether a path, below `/v1`, is one of files or batches. */
export function isBatchPath(path: string): boolean {
  return /^\/(?:files|batches|messages\/batches)(?:\/|$)/.test(path)
}

/** Passes requests for files and batches to their code. */
export class LazyBatches {
  readonly #folder: string
  readonly #open: () => Promise<BatchParts>

  /** `folder`: that of the home for batches. */
  constructor(folder: string, open: () => Promise<BatchParts>) {
    this.#folder = join(folder, 'http')
    this.#open = open
  }

  /** Must be called in the event loop turn of the request: its body arrives meanwhile. */
  async answer(exchange: Exchange, path: string, query: string): Promise<void> {
    const body = exchange.call.method === 'POST' ? this.#receive(exchange, path) : null
    body?.catch(() => undefined) // awaited by the code that reads it
    try {
      const { api } = await this.#open()
      await api.handle(exchange, { path, query, body })
    } finally {
      void body?.then(({ remove }) => remove()).catch(() => undefined)
    }
  }

  #receive(exchange: Exchange, path: string): Promise<BodyFile> {
    const most =
      path === '/files' ? MOST_FILE_BYTES : path === '/messages/batches' ? MOST_BATCH_BYTES : MOST_JSON_BYTES
    return receiveBody(exchange, this.#folder, most)
  }
}
