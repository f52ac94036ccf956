const HEADER = /^([A-Za-z0-9!#$%&'*+.^_|~-]+):[ \t]*([\x20-\x7e]*\{key\}[\x20-\x7e]*)$/

/** Headers that the proxy writes itself. */
const RESERVED = /^(host|connection|content-length|transfer-encoding|upgrade|te|trailer|expect|proxy-.*)$/i

/** The name and the value of `Authorization: Bearer {key}`; null: no such header. */
export function parseAuthHeader(text: string): { name: string; value: string } | null {
  const [, name, value] = HEADER.exec(text.trim()) ?? []
  if (name === undefined || value === undefined || RESERVED.test(name)) return null
  return { name: name.toLowerCase(), value }
}
