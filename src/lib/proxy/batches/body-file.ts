import { QwenctlError } from '../../base/errors.ts'
import { UploadFile } from '../../toolkit/batch/http/upload-file.ts'
import type { Exchange } from '../pipeline/exchange/exchange.ts'

/** A request body in a temporary file, because uploads may be far larger than other requests. */
export type BodyFile = Pick<UploadFile, 'path' | 'bytes' | 'remove'>

/**
 * Writes the body to a file as it arrives, at most `most` bytes. Call it in the event loop turn of the request. Throws
 * `request_too_large`, `store_unwritable`.
 */
export async function receiveBody(exchange: Exchange, folder: string, most: number): Promise<BodyFile> {
  const { call } = exchange
  if (call.announcedBytes > most) throw tooLarge(most)
  const file = new UploadFile(folder)
  try {
    await new Promise<void>((resolve, reject) => {
      let isOver = false
      const take = (chunk: Buffer | null) => {
        if (isOver) return
        if (chunk === null) return resolve()
        try {
          if (file.bytes + chunk.length > most) throw tooLarge(most)
          file.write(chunk)
        } catch (error) {
          isOver = true
          reject(error)
        }
      }
      exchange.clientListener = {
        onClientLeft: () => {
          isOver = true
          reject(new QwenctlError('cancelled', 'the client left'))
        },
      }
      if (call.body === null) return call.readBody(take)
      take(call.body)
      take(null)
    })
    return file
  } catch (error) {
    file.remove()
    throw error
  } finally {
    exchange.clientListener = null
    file.close()
  }
}

function tooLarge(most: number): QwenctlError {
  return new QwenctlError('request_too_large', `the request is larger than ${Math.floor(most / 1e6)} MB`, {
    hint: 'split it into several batches, or use qwenctl batch run, which has no such limit',
  })
}
