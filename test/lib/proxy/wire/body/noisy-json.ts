import fc from 'fast-check'
import { bodyKeys } from '../../../../../src/lib/proxy/wire/body/scan-body.ts'

/** Any JSON object, in which the keys that the proxy reads are common. */
export const anyBody = fc.dictionary(
  fc.oneof(
    fc.constantFrom(...bodyKeys, 'include_usage', 'temperature'),
    fc.string({ unit: 'binary', maxLength: 8 }),
  ),
  fc.oneof(fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }), longText()),
  { maxKeys: 10, noNullPrototype: true },
)

/** Strings long enough for the native search, full of what it could trip over. */
function longText() {
  return fc
    .array(fc.constantFrom('"', '\\', '\\\\"', 'plain words ', '\n', '}', 'é', '語', '😀', 'x'.repeat(60)), {
      maxLength: 30,
    })
    .map((parts) => parts.join(''))
}

/** Choices for how a value is written: white space, and letters as escapes. */
export const anyNoise = fc.infiniteStream(fc.nat({ max: 9 })).map((stream) => {
  return () => stream.next().value as number
})

/** `value` as JSON that means the same, written differently at every turn of `choose`. */
export function noisyJson(value: unknown, choose: () => number): string {
  const space = () => [' ', '\n', '\t', '\r\n'][choose()] ?? ''
  const write = (inner: unknown): string => {
    if (typeof inner === 'string') return noisyString(inner, choose)
    if (Array.isArray(inner)) return `[${space()}${inner.map(write).join(`${space()},${space()}`)}${space()}]`
    if (typeof inner !== 'object' || inner === null) return JSON.stringify(inner)
    const members = Object.entries(inner).map(([key, member]) => {
      return `${space()}${noisyString(key, choose)}${space()}:${space()}${write(member)}${space()}`
    })
    return `{${space()}${members.join(',')}${space()}}`
  }
  return `${space()}${write(value)}`
}

function noisyString(text: string, choose: () => number): string {
  const written = JSON.stringify(text)
  if (choose() !== 0) return written
  return `"${[...Array(text.length).keys()].map((at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`
}
