/**
 * Sockets of clients and upstreams read into this one buffer, and what is kept of it is copied before the next one reads: a
 * read costs a small copy where it would cost a fresh allocation of 64 KB, and the readable stream's machinery is passed by.
 * One byte of its memory is not used, so that no piece of it could be taken for memory of its own.
 */
export const readBuffer = Buffer.allocUnsafeSlow((64 << 10) + 1).subarray(1)

/** Most of what is read is shorter: a view of each length is made once. */
const MOST_KEPT = 4 << 10
const views: Buffer[] = []

/** What was read into the buffer: its first `count` bytes. */
export function readBytes(count: number): Buffer {
  if (count >= MOST_KEPT) return readBuffer.subarray(0, count)
  return (views[count] ??= readBuffer.subarray(0, count))
}
