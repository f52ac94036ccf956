import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ClientCall } from '../../../../src/lib/proxy/transport/client-call.ts'
import { HttpListener } from '../../../../src/lib/proxy/client/http-listener.ts'
import { chooseTransport } from '../../../../src/lib/proxy/transport/choose-transport.ts'
import { TRANSPORT_NAMES, type TransportName } from '../../../../src/lib/proxy/transport/transport.ts'

interface Seen {
  way: 'plain' | 'node'
  text: string
}

/** A listener that answers each client with the client's own request. */
async function givenDoor(
  name: TransportName,
  answer = echo,
): Promise<{ open: () => Socket; seen: Seen[]; door: HttpListener }> {
  const seen: Seen[] = []
  const door = new HttpListener({
    transport: chooseTransport(name).transport,
    takes: ({ url }) => !url.startsWith('/node'),
    onCall: (call) => {
      const chunks: Buffer[] = []
      call.readBody((chunk) => {
        if (chunk !== null) return void chunks.push(Buffer.from(chunk))
        const text = `${call.method} ${call.url} ${Buffer.concat(chunks).toString()}`
        seen.push({ way: call.node === null ? 'plain' : 'node', text })
        answer(call, text)
      })
    },
  })
  const { port }: AddressInfo = await door.open('127.0.0.1', 0)
  onTestFinished(async () => {
    const closed = door.close()
    door.closeAll()
    await closed
  })
  return { open: () => connect(port, '127.0.0.1'), seen, door }
}

function echo(call: ClientCall, text: string): void {
  call.send(200, ['content-length', String(text.length)], Buffer.from(text))
}

function inPieces(call: ClientCall, text: string): void {
  call.begin(200, ['content-type', 'text/plain'])
  for (const piece of text.match(/.{1,3}/gs) ?? []) call.write(Buffer.from(piece))
  call.end()
}

const post = (path: string, body: string, ...more: string[]) =>
  [`POST ${path} HTTP/1.1`, 'host: x', `content-length: ${body.length}`, ...more, '', body].join('\r\n')

const chunked = (path: string, body: string) =>
  [
    `POST ${path} HTTP/1.1`,
    'host: x',
    'transfer-encoding: chunked',
    '',
    body.length.toString(16),
    body,
    '0',
    '',
    '',
  ].join('\r\n')

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`

/** Reads so many answers off a socket, whatever their framing. */
async function readBodies(socket: Socket, count: number): Promise<string[]> {
  const bodies: string[] = []
  let text = ''
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    text += chunk.toString('latin1')
    for (let one = splitFirst(text); one !== null; one = splitFirst(text)) {
      bodies.push(one.body)
      text = one.rest
    }
    if (bodies.length === count) break
  }
  return bodies
}

function splitFirst(text: string): { body: string; rest: string } | null {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return null
  const length = /content-length: (\d+)/i.exec(text.slice(0, end))
  let at = end + 4
  if (length !== null) {
    const last = at + Number(length[1])
    return text.length < last ? null : { body: text.slice(at, last), rest: text.slice(last) }
  }
  let body = ''
  for (;;) {
    const line = text.indexOf('\r\n', at)
    if (line < 0) return null
    const size = parseInt(text.slice(at, line), 16)
    if (text.length < line + 2 + size + 2) return null
    body += text.slice(line + 2, line + 2 + size)
    at = line + 2 + size + 2
    if (size === 0) return { body, rest: text.slice(at) }
  }
}

/** The system has a piece before the next is sent. */
async function answersTo(socket: Socket, pieces: string[], count: number): Promise<string[]> {
  const bodies = readBodies(socket, count)
  socket.setNoDelay(true)
  for (const piece of pieces) {
    await new Promise<void>((resolve) => socket.write(piece, 'latin1', () => resolve()))
    await new Promise((resolve) => setImmediate(resolve))
  }
  return bodies
}

describe.each(TRANSPORT_NAMES)('with the transport %s', (name) => {
  describe('when one connection brings plain requests and others', () => {
    test('each is answered in order, plain ones off the socket by the fast transport', async () => {
      const { open, seen } = await givenDoor(name)
      const socket = open()
      socket.write(post('/a', 'one') + get('/b') + chunked('/c', 'three') + post('/d', 'four'))
      expect(await readBodies(socket, 4)).toEqual(['POST /a one', 'GET /b ', 'POST /c three', 'POST /d four'])
      expect(seen.map(({ way }) => way)).toEqual(
        name === 'fast' ? ['plain', 'plain', 'node', 'node'] : Array(4).fill('node'),
      )
    })

    test.each([
      ['GET /a HTTP/2.0', 505],
      ['GET /a HTTP/0.9', 505],
      ['GET /a', 505],
      ['GET /a HTTP/1.2', 505],
      ['GET /a HTTP/3.0', 505],
      ['PRI * HTTP/2.0', 505],
      ['GET /a HTTP/1.10', 400],
      ['GET /a HTTP/11', 400],
      ['GET /a http/1.1', 400],
      ['get /a HTTP/1.1', 400],
      ['GET /a#b HTTP/1.1', 400],
      ['GET /a b HTTP/1.1', 400],
      ['GET\t/a HTTP/1.1', 400],
      ['GET /\xe9 HTTP/1.1', 400],
      ['GET /a HTTP/1.1 ', 400],
    ])(
      'the line %j is refused with %i after the request before it, and nothing behind it is served',
      async (line, status) => {
        for (const before of ['', post('/a', 'one'), chunked('/c', 'three')]) {
          const { open, seen } = await givenDoor(name)
          const socket = open()
          socket.write(`${before}${line}\r\nhost: x\r\n\r\n${post('/d', 'four')}`, 'latin1')
          let text = ''
          for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString('latin1')
          const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, code]) => Number(code))
          // Bytes that no request can have behind it end the request before it, too.
          if (before === '') expect(statuses).toEqual([status])
          else expect(statuses.filter((code) => code !== 200)).toHaveLength(1)
          expect(text).toContain('"code":"invalid_request"')
          expect(seen.map((one) => one.text)).not.toContain('POST /d four')
        }
      },
    )

    test('a target with a fragment that expects a 100 is refused after the answer before it', async () => {
      const { open, seen } = await givenDoor(name)
      const socket = open()
      socket.write(
        `${post('/node', 'one')}POST /b#c HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\n`,
      )
      let text = ''
      for await (const chunk of socket as AsyncIterable<Buffer>) text += chunk.toString('latin1')
      const statuses = [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, code]) => Number(code))
      expect(statuses).toEqual([200, 400])
      expect(text).toContain('POST /node one')
      expect(seen.length).toBe(1)
    })

    test.each(['GET /a HTTP/1.0', '\r\nGET /a HTTP/1.1', 'GET http://x/a HTTP/1.1'])(
      'the line %j is served',
      async (line) => {
        const { open, seen } = await givenDoor(name)
        open().write(`${line}\r\nhost: x\r\n\r\n`)
        await expect.poll(() => seen.map((one) => one.text)).toEqual(['GET /a '])
      },
    )

    test('what is not to be read as plain is left to Node with all of its bytes', async () => {
      const { open, seen } = await givenDoor(name)
      const socket = open()
      socket.write(post('/a', 'one') + post('/node', 'x'.repeat(70_000)))
      expect((await readBodies(socket, 2))[1]).toBe(`POST /node ${'x'.repeat(70_000)}`)
      expect(seen.map(({ way }) => way)).toEqual([name === 'fast' ? 'plain' : 'node', 'node'])
    })
  })

  test.each([
    ['in one go', echo],
    ['in pieces', inPieces],
  ])('however the bytes of requests are cut, each is answered %s and in order', async (_how, answer) => {
    const { open } = await givenDoor(name, answer)
    const request = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.string({ maxLength: 40, unit: 'grapheme-ascii' }).map((body) => post('/p', body)),
      },
      { weight: 1, arbitrary: fc.constantFrom(get('/g'), chunked('/c', 'abc'), post('/node', 'n')) },
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(200), { maxLength: 6 }),
        async (requests, cuts) => {
          const whole = await answersTo(open(), [requests.join('')], requests.length)
          const text = requests.join('')
          const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length]
          const pieces = places.slice(1).map((end, index) => text.slice(places[index], end))
          expect(await answersTo(open(), pieces, requests.length)).toEqual(whole)
          expect(whole).toHaveLength(requests.length)
        },
      ),
      { numRuns: 60 },
    )
  })

  test('when an answer has no body by its status, none is sent, and the connection stays usable', async () => {
    const { open } = await givenDoor(name, (call) => call.send(204, [], Buffer.from('not to be seen')))
    const socket = open()
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    socket.write(post('/a', 'one') + post('/a', 'two'))
    while (text.split('HTTP/1.1 204').length < 3) await once(socket, 'data')
    expect(text).not.toMatch(/not to be seen|content-length|transfer-encoding/)
    socket.destroy()
  })
})

test('when a client sends far more than it has answers for, it is read no further until it has them', async () => {
  const calls: ClientCall[] = []
  const { open } = await givenDoor('fast', (call) => void calls.push(call))
  const socket = open()
  const many = 4000
  socket.write(post('/a', 'x'.repeat(1000)).repeat(many))
  while (calls.length === 0) await new Promise((resolve) => setImmediate(resolve))
  expect(calls).toHaveLength(1)
  const { socket: inside } = calls[0]!.connection
  for (let quiet = 0, before = -1; quiet < 20; quiet++) {
    if (inside.bytesRead !== before) quiet = 0
    before = inside.bytesRead
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(inside.bytesRead).toBeLessThan(1_000_000)
  const bodies = readBodies(socket, many)
  for (let answered = 0; answered < many; answered++) {
    while (calls.length === answered) await new Promise((resolve) => setImmediate(resolve))
    echo(calls[answered]!, 'yes')
  }
  expect(await bodies).toHaveLength(many)
})
