import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterEach, expect, test } from 'vitest'
import { StreamFilter } from '../../../../../src/lib/proxy/wire/streams/stream-filter.ts'
import { errorFrame } from '../../../../../src/lib/proxy/wire/wire-errors.ts'
import { cut } from './cut-bytes.ts'
import { anthropicStream, chatStream, readUsage, responsesStream } from './recorded-streams.ts'

const broken = {
  status: 502,
  code: 'upstream_unavailable',
  message: 'the answer broke off',
  type: 'server_error',
  requestId: 'r',
}

let server: Server | null = null
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
  server = null
})

test.each([
  ['LF', chatStream.join('')],
  ['CRLF', chatStream.join('').replaceAll('\n', '\r\n')],
  ['no last blank line', chatStream.join('').trimEnd()],
])(
  'when a chat stream with %s is filtered, the OpenAI client reads all of it and no usage chunk',
  async (_, stream) => {
    const client = await openai(filtered(stream, { stripUsage: true }))
    const chunks = []
    for await (const chunk of await client.chat.completions.create({
      model: 'm',
      messages: [],
      stream: true,
    }))
      chunks.push(chunk)
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe(
      'Grüße, 世界 😀\n"quoted"',
    )
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop')
    expect(chunks.every((chunk) => chunk.choices.length === 1)).toBe(true)
  },
)

test('when the client asked for usage, the OpenAI client gets the usage chunk', async () => {
  const client = await openai(filtered(chatStream.join(''), { stripUsage: false }))
  const usages = []
  for await (const chunk of await client.chat.completions.create({ model: 'm', messages: [], stream: true }))
    usages.push(chunk.usage)
  expect(usages.at(-1)).toMatchObject({ prompt_tokens: 9, completion_tokens: 3 })
})

test('when a chat stream is cut inside a frame, the OpenAI client reads what was whole and then throws our error', async () => {
  const whole = chatStream.slice(0, 2).join('')
  const client = await openai(filtered(`${whole}${chatStream[3]?.slice(0, 60)}`, { stripUsage: true }))
  let content = ''
  const reading = (async () => {
    for await (const chunk of await client.chat.completions.create({
      model: 'm',
      messages: [],
      stream: true,
    })) {
      content += chunk.choices[0]?.delta.content ?? ''
    }
  })()
  await expect(reading).rejects.toThrow('the answer broke off')
  expect(content).toBe('Grüße, 世界 ')
})

test('when a Responses stream is filtered, the OpenAI client reads its events', async () => {
  const client = await openai(filtered(responsesStream.join(''), { stripUsage: true }))
  const types = []
  for await (const event of await client.responses.create({ model: 'm', input: 'x', stream: true }))
    types.push(event.type)
  expect(types).toEqual(['response.created', 'response.output_text.delta', 'response.completed'])
})

test('when an Anthropic stream is filtered, the Anthropic client builds the message', async () => {
  const client = await anthropic(filtered(anthropicStream.join(''), { stripUsage: true }))
  const message = await client.messages.stream({ model: 'm', max_tokens: 9, messages: [] }).finalMessage()
  expect(message).toMatchObject({
    content: [{ text: 'Grüße 😀' }],
    usage: { input_tokens: 25, output_tokens: 15 },
  })
})

test('when an Anthropic stream is cut, the Anthropic client throws our error', async () => {
  const cutStream = anthropicStream.join('').slice(0, -70)
  const client = await anthropic(filtered(cutStream, { stripUsage: true, dialect: 'anthropic' }))
  const reading = client.messages.stream({ model: 'm', max_tokens: 9, messages: [] }).finalMessage()
  await expect(reading).rejects.toThrow('the answer broke off')
})

interface Filtering {
  stripUsage: boolean
  dialect?: 'openai' | 'anthropic'
}

/** The bytes that the proxy sends for an upstream that sends `stream` in pieces of seven bytes and is gone. */
function filtered(stream: string, { stripUsage, dialect = 'openai' }: Filtering): Buffer[] {
  const bytes = Buffer.from(stream)
  const filter = new StreamFilter({ readUsage, stripUsage })
  const pieces = cut(
    bytes,
    [...bytes.keys()].filter((at) => at % 7 === 0),
  )
  const sent = [...pieces.flatMap((piece) => filter.push(piece)), ...filter.end()]
  return filter.sawEnd ? sent : [...sent, errorFrame(dialect === 'anthropic' ? 'messages' : 'chat', broken)]
}

async function serve(sent: Buffer[]): Promise<string> {
  server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const bytes of sent) response.write(bytes)
    response.end()
  })
  const listening = server
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
}

async function openai(sent: Buffer[]): Promise<OpenAI> {
  return new OpenAI({ apiKey: 'test', baseURL: `${await serve(sent)}/v1`, maxRetries: 0 })
}

async function anthropic(sent: Buffer[]): Promise<Anthropic> {
  return new Anthropic({ apiKey: 'test', baseURL: await serve(sent), maxRetries: 0 })
}
