/** The bytes in pieces, cut at the offsets given (taken modulo the length). */
export function cut(bytes: Buffer, offsets: readonly number[]): Buffer[] {
  const at = [...new Set([0, ...offsets.map((offset) => offset % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  )
  // Copies, so that nothing can depend on the pieces lying side by side.
  return at.slice(1).map((end, index) => Buffer.from(bytes.subarray(at[index], end)))
}
