import { writeSync } from 'node:fs'
import { readErrno } from '../base/errno.ts'

/**
 * Prints to standard output past Node's stream: to load streams and sockets takes longer than most answers. What the
 * descriptor does not take at once goes through the stream, and so does every error.
 */
export function printNow(text: string): void {
  let rest = Buffer.from(text)
  // On Windows only the stream writes Unicode to a console.
  while (rest.length > 0 && process.platform !== 'win32') {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      // The reader of a pipe left (`| head`): that is its right, not our failure.
      if (readErrno(error) === 'EPIPE') return
      break
    }
  }
  if (rest.length === 0) return
  letReaderLeave()
  process.stdout.write(rest)
}

/** From now on, a reader of standard output that leaves early causes no error. */
export function letReaderLeave(): void {
  process.stdout.off('error', ignoreClosedPipe).on('error', ignoreClosedPipe)
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
