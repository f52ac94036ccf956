// `node fastify-http-proxy.js PORT UPSTREAM_PORT`: @fastify/http-proxy as its README shows it (undici inside).
import process from 'node:process'
import fastify from 'fastify'
import httpProxy from '@fastify/http-proxy'

const [port, upstream] = process.argv.slice(2).map(Number)
const server = fastify({ logger: false, bodyLimit: 64 * 1024 * 1024 })
await server.register(httpProxy, { upstream: `http://127.0.0.1:${upstream}` })
await server.listen({ port, host: '127.0.0.1' })
