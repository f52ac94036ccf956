// `node http-proxy-3.js PORT UPSTREAM_PORT`: the simplest proxy with http-proxy-3, with a kept-alive upstream.
import http from 'node:http'
import process from 'node:process'
import { createProxyServer } from 'http-proxy-3'

const [port, upstream] = process.argv.slice(2).map(Number)
const agent = new http.Agent({ keepAlive: true, maxSockets: 256 })
const proxy = createProxyServer({ target: `http://127.0.0.1:${upstream}`, agent })
proxy.on('error', (_error, _request, response) => response.destroy())
http.createServer((request, response) => proxy.web(request, response)).listen(port, '127.0.0.1')
