import { createReadStream, createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { QwenctlError } from '../../base/errors.ts'

/** A field of a form that lies in a file: where its content is. */
export interface FormPart {
  name: string
  filename: string | null
  start: number
  end: number
}

const CHUNK = 1 << 20
const MOST_PARTS = 20
const MOST_HEAD = 8 << 10
const MOST_FIELD = 10_000

/** Finds the parts of a multipart form (RFC 7578) in bounded memory. Throws `invalid_request`. */
export async function findParts(path: string, contentType: string | undefined): Promise<FormPart[]> {
  const boundary = /^multipart\/form-data\s*;.*?boundary=(?:"([^"]{1,200})"|([^;\s]{1,200}))/is.exec(
    contentType ?? '',
  )
  const mark = boundary?.[1] ?? boundary?.[2]
  if (mark === undefined) throw notAForm('its content-type has no boundary')
  const delimiter = Buffer.from(`--${mark}`)
  const places = await findAll(path, delimiter)
  const parts: FormPart[] = []
  const file = await open(path, 'r')
  try {
    for (let index = 0; index + 1 < places.length; index += 1) {
      const from = places[index]! + delimiter.length + 2
      const { bytesRead, buffer } = await file.read(Buffer.alloc(MOST_HEAD), 0, MOST_HEAD, from)
      const headEnd = buffer.subarray(0, bytesRead).indexOf('\r\n\r\n')
      if (headEnd < 0) throw notAForm('a part has no end of its head')
      const head = buffer.toString('utf8', 0, headEnd)
      const name = /content-disposition:[^\r\n]*?[;\s]name="([^"]*)"/i.exec(head)?.[1]
      if (name === undefined) throw notAForm('a part has no name')
      const filename = /filename="([^"]*)"/i.exec(head)?.[1] ?? null
      parts.push({ name, filename, start: from + headEnd + 4, end: places[index + 1]! - 2 })
    }
  } finally {
    await file.close()
  }
  return parts
}

function notAForm(fault: string): QwenctlError {
  return new QwenctlError('invalid_request', `the form is not valid: ${fault}`, {
    hint: 'send multipart/form-data with the fields purpose and file',
  })
}

/** The places of the delimiter at the beginning of a line. */
async function findAll(path: string, delimiter: Buffer): Promise<number[]> {
  const places: number[] = []
  let rest: Buffer = Buffer.from('\r\n') // the first delimiter needs no line break before it
  let base = -2
  const needle = Buffer.concat([Buffer.from('\r\n'), delimiter])
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK }) as AsyncIterable<Buffer>) {
    const bytes = Buffer.concat([rest, chunk])
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + 1)) {
      places.push(base + at + 2)
      if (places.length > MOST_PARTS) throw notAForm(`it has more than ${MOST_PARTS} parts`)
    }
    const keep = Math.min(needle.length - 1, bytes.length)
    base += bytes.length - keep
    rest = bytes.subarray(bytes.length - keep)
  }
  if (places.length < 2) throw notAForm('it has no parts')
  return places
}

/** The text of a short field; null: the form does not have it. */
export async function readField(
  path: string,
  parts: readonly FormPart[],
  name: string,
): Promise<string | null> {
  const part = parts.find((each) => each.name === name)
  if (part === undefined) return null
  const length = Math.min(MOST_FIELD, Math.max(0, part.end - part.start))
  const file = await open(path, 'r')
  try {
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, part.start)
    return buffer.toString('utf8')
  } finally {
    await file.close()
  }
}

/** Copies the content of a part to a file of its own, 0600. Returns its size. */
export async function copyPart(from: string, { start, end }: FormPart, to: string): Promise<number> {
  const size = Math.max(0, end - start)
  const target = createWriteStream(to, { flags: 'wx', mode: 0o600, flush: true })
  if (size === 0) await new Promise<void>((resolve) => target.end(resolve))
  else await pipeline(createReadStream(from, { start, end: end - 1 }), target)
  return size
}
