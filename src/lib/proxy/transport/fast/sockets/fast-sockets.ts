import { nextTick } from 'node:process'
import { BufferPool } from './buffer-pool.ts'
import { ReadBuffer } from './read-buffer.ts'
import { WriteRequests } from './socket-writer.ts'
import { WriteBatcher } from './write-batcher.ts'

/** The memory and the batches that all sockets of one transport share. */
export class FastSockets {
  /** Every socket reads into it. */
  readonly reads = new ReadBuffer()
  readonly writes = new WriteRequests()
  /** The bodies of requests. */
  readonly bodies = new BufferPool()
  /** For answers to clients: written when the sockets of this turn have been read. */
  readonly responses = new WriteBatcher(setImmediate)
  /**
   * For requests to upstreams. They are written when all requests of one ledger grant are ready, still in the
   * same event loop step.
   */
  readonly requests = new WriteBatcher(nextTick)
}
