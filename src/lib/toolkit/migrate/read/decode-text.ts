/** The share of zero bytes from which a text counts as UTF-16 without a byte order mark. */
const ZERO_SHARE = 0.3

/**
 * The text of a file in UTF-8, or in UTF-16 as Notepad and the redirects of PowerShell 5 write it. A byte order mark
 * is no part of the text.
 */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(detectEncoding(bytes)).decode(bytes)
}

function detectEncoding(bytes: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  const sample = bytes.subarray(0, 512)
  const zeros = { even: 0, odd: 0 }
  for (const [index, byte] of sample.entries()) if (byte === 0) zeros[index % 2 === 0 ? 'even' : 'odd'] += 1
  const enough = sample.length * ZERO_SHARE
  if (zeros.odd > enough && zeros.even === 0) return 'utf-16le'
  return zeros.even > enough && zeros.odd === 0 ? 'utf-16be' : 'utf-8'
}
