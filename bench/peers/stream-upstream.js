// `node stream-upstream.js PORT FRAMES_FILE`: answers every POST with the frames of the file (a JSON array of
// strings). Each frame is one write in its own turn of the event loop, so that concurrent streams interleave as in
// practice.
import { Buffer } from 'node:buffer'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import process from 'node:process'
import { setImmediate } from 'node:timers'

const [port, file] = process.argv.slice(2)
const frames = JSON.parse(readFileSync(file, 'utf8')).map((frame) => Buffer.from(frame))

const server = http.createServer((request, response) => {
  request.resume()
  request.once('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    let next = 0
    const send = () => {
      if (response.destroyed) return
      if (next < frames.length - 1) {
        response.write(frames[next++])
        setImmediate(send)
      } else response.end(frames[next])
    }
    send()
  })
})
server.keepAliveTimeout = 600_000
server.listen(Number(port), '127.0.0.1')
