/**
 * The IPv4 addresses inside an IPv6 address. Mapped and compatible: RFC 4291 §2.5.5. Translated: RFC 2765. NAT64:
 * RFC 6052, RFC 8215. 6to4: RFC 3056. ISATAP: RFC 5214. Teredo: RFC 4380. Read 2026-11-29.
 */
export function embeddedIpv4(address: string): string[] {
  const bytes = parseBytes(address)
  if (bytes === null) return []
  const last = bytes.slice(12)
  const startsWith = (...start: number[]) => start.every((byte, index) => bytes[index] === byte)
  const zeros = (count: number) => bytes.slice(0, count).every((byte) => byte === 0)
  const found: number[][] = []
  if (zeros(12)) found.push(last)
  if (zeros(10) && bytes[10] === 0xff && bytes[11] === 0xff) found.push(last)
  if (zeros(8) && bytes[8] === 0xff && bytes[9] === 0xff) found.push(last)
  if (startsWith(0, 0x64, 0xff, 0x9b)) found.push(last, [...bytes.slice(6, 8), ...bytes.slice(9, 11)])
  if (startsWith(0x20, 0x02)) found.push(bytes.slice(2, 6))
  if (startsWith(0x20, 0x01, 0, 0))
    found.push(
      last.map((byte) => byte ^ 0xff),
      bytes.slice(4, 8),
    )
  if (bytes[10] === 0x5e && bytes[11] === 0xfe) found.push(last)
  return found.map((parts) => parts.join('.'))
}

/** The 16 bytes of an IPv6 address without a zone; null: not an IPv6 address. */
function parseBytes(address: string): number[] | null {
  const canonical = URL.parse(`http://[${address}]/`)?.hostname.slice(1, -1)
  if (canonical === undefined) return null
  const [head = '', tail] = canonical.split('::')
  const groups = (text: string) => text.split(':').filter((group) => group !== '')
  const [before, after] = [groups(head), groups(tail ?? '')]
  const missing = Array.from({ length: tail === undefined ? 0 : 8 - before.length - after.length }, () => '0')
  return [...before, ...missing, ...after].flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}
