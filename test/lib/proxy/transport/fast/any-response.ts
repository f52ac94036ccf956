import fc from 'fast-check'

/** A valid response as bytes, with what a reader must make of it. It ends with the connection or before. */
export interface ScriptedResponse {
  bytes: Buffer
  method: string
  status: number
  statusText: string
  headers: string[]
  body: Buffer
}

const tokenChars = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
const visible = Array.from({ length: 256 }, (_, code) => code).filter((code) => code > 32 && code !== 127)
const chars = (codes: number[], maxLength: number) =>
  fc.array(fc.constantFrom(...codes), { maxLength }).map((list) => String.fromCharCode(...list))

// The prefix keeps them from being names that change the framing.
const name = fc.string({ unit: fc.constantFrom(...tokenChars), maxLength: 12 }).map((rest) => `x-${rest}`)
const value = fc
  .tuple(chars(visible, 12), fc.constantFrom('', ' ', '\t', ' \t'), chars(visible, 20))
  .map(([a, blank, b]) => (a && b ? a + blank + b : a + b))
const blanks = fc.constantFrom<string[]>('', ' ', '  ', '\t', ' \t ')
const field = fc.record({ name, value, before: blanks, after: blanks })
const body = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes))
// Without the blanks that the grammar allows here: the client of Node refuses them, and we are compared.
const extension = fc.constantFrom('', ';a', ';a=b', ';a="b;c"')
const informational = fc.constantFrom(
  'HTTP/1.1 100 Continue\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n',
)

const parts = fc.record({
  early: fc.array(informational, { maxLength: 2 }),
  method: fc.constantFrom('GET', 'GET', 'POST', 'HEAD'),
  status: fc.constantFrom(200, 200, 201, 204, 304, 400, 404, 429, 500, 503, 599),
  statusText: fc.constantFrom('OK', '', 'Not Found', 'D\xe9j\xe0 vu'),
  fields: fc.array(field, { maxLength: 8 }),
  body,
  framing: fc.constantFrom('length', 'chunked', 'close'),
  /** The place where the fields are cut in two, with the framing header between them. */
  framingAt: fc.nat(8),
  chunkSizes: fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 10 }),
  extension,
  upperCase: fc.boolean(),
  trailers: fc.array(fc.constantFrom('x-sum: abc', 'y:', 'Z-z: 1 2'), { maxLength: 2 }),
})

export const anyResponse: fc.Arbitrary<ScriptedResponse> = parts.map((part) => {
  const hasBody = part.method !== 'HEAD' && part.status !== 204 && part.status !== 304
  const fields = [...part.fields]
  if (part.framing === 'length')
    fields.splice(part.framingAt, 0, plain('Content-Length', `${part.body.length}`))
  if (part.framing === 'chunked') fields.splice(part.framingAt, 0, plain('transfer-encoding', 'chunked'))
  const lines = fields.map((each) => `${each.name}:${each.before}${each.value}${each.after}\r\n`)
  const head = `${part.early.join('')}HTTP/1.1 ${part.status} ${part.statusText}\r\n${lines.join('')}\r\n`
  const sent = !hasBody ? Buffer.alloc(0) : part.framing === 'chunked' ? chunk(part) : part.body
  return {
    bytes: Buffer.concat([Buffer.from(head, 'latin1'), sent]),
    method: part.method,
    status: part.status,
    statusText: part.statusText,
    headers: fields.flatMap((each) => [each.name, each.value]),
    body: hasBody ? part.body : Buffer.alloc(0),
  }
})

function plain(name: string, value: string) {
  return { name, value, before: ' ', after: '' }
}

function chunk(part: {
  body: Buffer
  chunkSizes: number[]
  extension: string
  upperCase: boolean
  trailers: string[]
}) {
  const pieces: Buffer[] = []
  let at = 0
  for (let i = 0; at < part.body.length; i++) {
    const piece = part.body.subarray(at, at + part.chunkSizes[i % part.chunkSizes.length]!)
    const size = piece.length.toString(16)
    at += piece.length
    pieces.push(Buffer.from(`${part.upperCase ? size.toUpperCase() : size}${part.extension}\r\n`), piece)
    pieces.push(Buffer.from('\r\n'))
  }
  pieces.push(Buffer.from(`0\r\n${part.trailers.map((line) => `${line}\r\n`).join('')}\r\n`))
  return Buffer.concat(pieces)
}
