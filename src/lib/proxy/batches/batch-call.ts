import { QwenctlError } from '../../base/errors.ts'
import type { Owner } from '../../toolkit/batch/http/stored.ts'
import type { Exchange } from '../pipeline/exchange/exchange.ts'
import type { BodyFile } from './body-file.ts'

/** A request for files or batches. */
export interface BatchCall {
  /** The body of a POST, which may still arrive; null: another method. */
  body: Promise<BodyFile> | null
  exchange: Exchange
  owner: Owner
  query: string
  /** The parts of the path below the collection: an id, then an action. */
  rest: string[]
}

export function answer(exchange: Exchange, value: object): Promise<void> {
  exchange.sendJson(200, value)
  return Promise.resolve()
}

export function wrongPath({ call }: Exchange): QwenctlError {
  return new QwenctlError(
    'not_found',
    `there is nothing at ${call.method} ${call.url.split('?', 1)[0]!.slice(0, 200)}`,
  )
}

export function wrongMethod(exchange: Exchange, allowed: string): QwenctlError {
  exchange.allow = allowed
  return new QwenctlError('method_not_allowed', `${exchange.call.method} is not for this path`)
}
