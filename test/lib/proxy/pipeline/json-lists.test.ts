// Gemini's clients may read a stream as one JSON list in place of events.

import { expect, test } from 'vitest'
import {
  ControlledStream,
  DONE,
  STOP,
  chat,
  delta,
  givenUpstream,
} from '../../../support/servers/fake-upstream.ts'
import { QUESTION, givenProxy } from '../../../support/servers/proxy-harness.ts'

const PATH = '/v1beta/models/m1:streamGenerateContent'
const ASKED = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }

test('a whole answer of the upstream arrives as a list of one', async () => {
  const upstream = await givenUpstream()
  const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl })
  upstream.next(chat('hello'))
  const reply = await proxy.post(PATH, ASKED)
  expect(reply.status).toBe(200)
  expect(reply.headers['content-type']).toMatch(/^application\/json/)
  expect(JSON.parse(reply.text)).toMatchObject([
    { candidates: [{ content: { parts: [{ text: 'hello' }] } }] },
  ])
})

test(
  'a list that pauses for longer than a stream of events stays one list',
  { timeout: 30_000 },
  async () => {
    const upstream = await givenUpstream()
    const settings = { headersTimeoutMs: 60_000, idleTimeoutMs: 60_000 }
    const proxy = await givenProxy({ accounts: [{ name: 'a' }], baseUrl: upstream.baseUrl, settings })
    const streams = [new ControlledStream(), new ControlledStream()] as const
    upstream.next(...streams.map(({ answer }) => answer))
    const opening = proxy.open(PATH, { body: ASKED }) // its head comes with the first event
    await streams[0].opened
    streams[0].send(delta('hel'))
    const list = await opening
    await list.sees('hel')
    const events = await proxy.open('/v1/chat/completions', { body: { ...QUESTION, stream: true } })
    await streams[1].opened
    streams[1].send(delta('hel'))
    await events.sees(': waiting')
    for (const stream of streams) stream.end(delta('lo') + STOP + DONE)
    const { text } = await list.whole()
    const parts = JSON.parse(text) as { candidates: { content: { parts: { text: string }[] } }[] }[]
    const said = parts.flatMap(({ candidates }) => candidates.flatMap(({ content }) => content.parts))
    expect(said.map((part) => part.text).join('')).toBe('hello')
    await events.whole()
  },
)
