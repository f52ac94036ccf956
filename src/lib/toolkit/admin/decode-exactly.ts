/**
 * The bytes of a text in base64url; null: encoding them gives another text. Node ignores unused bits, so several texts
 * decode to the same bytes. Lists of ended tokens and used tickets compare texts, and each token must have just one.
 */
export function decodeExactly(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : null
}
