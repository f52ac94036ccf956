import { expect, test } from 'vitest'
import type { UpstreamCall } from '../../../support/servers/fake-upstream.ts'
import { givenUpstream } from '../../../support/servers/fake-upstream.ts'
import { givenProxy } from '../../../support/servers/proxy-harness.ts'

// All sockets read into one buffer, and bodies lie in memory that is used again (docs/decisions/0018). Here the bytes
// of each client name it, while many talk at once.

const WAVES = 8
const AT_ONCE = 25

const pickLetter = (n: number) => String.fromCharCode(97 + (n % 26))
/** From a few bytes to several reads. */
const pickSize = (n: number) => [3, 700, 5_000, 15_000, 20_000, 70_000, 150_000][n % 7]!

const makeBody = (n: number) => ({
  n,
  model: n % 3 === 0 ? 'custom/m1' : 'm1', // the provider's name is taken out on the way, which makes another body
  ...(n % 5 === 4 && { stream: true }),
  messages: [{ role: 'user', content: pickLetter(n).repeat(pickSize(n * 3)) }],
})

const makeAnswer = (n: number) => ({
  n,
  choices: [{ message: { role: 'assistant', content: pickLetter(n).repeat(pickSize(n)) } }],
  usage: { prompt_tokens: n, completion_tokens: 1 },
})

interface Asked {
  n: number
  model: string
  stream?: boolean
  messages: { content: string }[]
}

/** Long enough for the proxy, in the same process, to read what was sent, and then the others. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Whole, in two reads, as a stream, and now and then not at all. */
async function answer({ seen, res }: UpstreamCall, mixed: string[], refused: Set<number>): Promise<void> {
  const asked = JSON.parse(seen.body.toString()) as Asked
  const { n } = asked
  if (asked.messages[0]!.content !== makeBody(n).messages[0]!.content) mixed.push(`the request ${n}`)
  const text = JSON.stringify(makeAnswer(n))
  if (n % 4 === 1 && !refused.has(n)) {
    refused.add(n)
    res.writeHead(503, { 'content-type': 'application/json' })
    return void res.end(JSON.stringify({ error: { message: 'busy', n, padding: '!'.repeat(pickSize(n)) } }))
  }
  if (asked.stream === true) {
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const part of [text.slice(0, 10), text.slice(10)]) {
      res.write(`data: ${JSON.stringify({ choices: [{ delta: { content: part } }] })}\n\n`)
      await turns()
    }
    return void res.end('data: [DONE]\n\n')
  }
  res.writeHead(200, {
    'content-type': 'application/json',
    ...(n % 2 === 0 && { 'content-length': text.length }),
  })
  const cut = n % 3 === 2 ? Math.floor(text.length / 2) : 0
  if (cut > 0) {
    res.write(text.slice(0, cut))
    await turns()
  }
  res.end(text.slice(cut))
}

function readText(isStream: boolean, body: string): string {
  if (!isStream) return body
  const frames = body.split('\n\n').filter((frame) => frame.startsWith('data: {'))
  const readPart = (frame: string) =>
    (JSON.parse(frame.slice(6)) as { choices: { delta: { content: string } }[] }).choices[0]?.delta.content ??
    ''
  return frames.map(readPart).join('')
}

test('when many talk at once, of all sizes and in all framings, no client gets a byte of another', async () => {
  const upstream = await givenUpstream()
  const mixed: string[] = []
  const refused = new Set<number>()
  upstream.always((call) => void answer(call, mixed, refused))
  const proxy = await givenProxy({
    accounts: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
    baseUrl: upstream.baseUrl,
    settings: { strategy: 'round-robin' },
  })
  let answered = 0
  const ask = async (n: number) => {
    const { status, text } = await proxy.post('/v1/chat/completions', makeBody(n))
    if (status !== 200) return // all accounts rest after so many refusals: that is no mix-up
    answered += 1
    const told = readText(n % 5 === 4, text)
    if (told !== JSON.stringify(makeAnswer(n))) mixed.push(`the answer ${n}`)
  }
  for (let wave = 0; wave < WAVES; wave++)
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => ask(wave * AT_ONCE + index)))
  expect(mixed).toEqual([])
  expect(answered).toBeGreaterThan((WAVES * AT_ONCE) / 2)
})
