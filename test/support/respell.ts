/** The same bytes in another base64url text: the last letter has bits that a lenient decoder ignores. */
export function respell(token: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const [head = ''] = /^q[stu]_(?:[0-9a-z]+\.)?/.exec(token) ?? []
  const text = token.slice(head.length)
  const decode = (encoded: string) => Buffer.from(encoded, 'base64url').toString('hex')
  const other = [...letters]
    .map((letter) => text.slice(0, -1) + letter)
    .find((spelled) => spelled !== text && decode(spelled) === decode(text))
  if (other === undefined) throw new Error('the text has no unused bits')
  return head + other
}
