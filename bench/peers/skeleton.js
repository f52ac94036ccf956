// `node skeleton.js PORT UPSTREAM_PORT`: the cost of two HTTP conversations over Node's sockets, before any other
// work. It finds the end of responses, and passes their bytes unchanged over kept connections. Writes of one turn of
// the event loop are made together. It knows no account, no error and no attack, and is a proxy for this benchmark
// only.
import { Buffer } from 'node:buffer'
import { connect, createServer } from 'node:net'
import process from 'node:process'
import { setImmediate } from 'node:timers'

const [port, upstreamPort] = process.argv.slice(2).map(Number)
const buffer = Buffer.allocUnsafeSlow(64 * 1024)
const END = Buffer.from('\r\n\r\n')
const LAST_CHUNK = Buffer.from('0\r\n\r\n')
const idle = []
let letters = []

createServer({ noDelay: true }, (client) => {
  client.on('error', () => client.destroy())
  let upstream = null
  client.on('data', (bytes) => {
    if (upstream === null) {
      upstream = idle.pop() ?? open()
      upstream.asked(client, () => (upstream = null))
    }
    send(upstream.socket, bytes)
  })
}).listen(port, '127.0.0.1')

/** A connection to the upstream, which serves one client after another. */
function open() {
  let client = null
  let done = null
  let left = -1
  const onread = {
    buffer,
    callback(count) {
      const bytes = Buffer.from(buffer.subarray(0, count))
      if (left < 0) {
        const { end, length } = headOf(bytes)
        left = length < 0 ? Infinity : end + length
      }
      left -= count
      send(client, bytes)
      if (left === 0 || (left === Infinity && bytes.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK))) {
        left = -1
        done()
        idle.push(upstream)
      }
      return true
    },
  }
  const socket = connect({ port: upstreamPort, host: '127.0.0.1', noDelay: true, onread })
  socket.on('error', () => socket.destroy())
  const upstream = {
    socket,
    asked(by, then) {
      client = by
      done = then
    },
  }
  return upstream
}

/** The end of a head, and the length that it states; -1: none. */
function headOf(bytes) {
  const end = bytes.indexOf(END) + END.length
  const said = /content-length: (\d+)/i.exec(bytes.latin1Slice(0, end))
  return { end, length: said === null ? -1 : Number(said[1]) }
}

function send(socket, bytes) {
  if (letters.push({ socket, bytes }) > 1) return
  setImmediate(() => {
    const all = letters
    letters = []
    for (const { socket: to, bytes: piece } of all) if (!to.destroyed) to.write(piece)
  })
}
