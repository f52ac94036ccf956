/**
 * Sockets of clients and upstreams read into this one buffer, and what is kept of it is copied before the next one reads: a
 * read costs a small copy where it would cost a fresh allocation of 64 KB, and the readable stream's machinery is passed by.
 * One byte of its memory is not used, so that no piece of it could be taken for memory of its own.
 */
export const readBuffer = Buffer.allocUnsafeSlow((64 << 10) + 1).subarray(1)
