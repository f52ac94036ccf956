// The smallest server that translates: it takes a client's request, asks an upstream of the other format, and passes the
// answer on as it comes. The proxy does the same with accounts.

import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'
import {
  StreamTranslator,
  translateAnswer,
  translateError,
  translateRequest,
  type TranslationPlan,
} from '../../../src/lib/translate/translate.ts'
import { givenUpstream, type FakeUpstream } from '../../support/servers/fake-upstream.ts'

export interface Middle {
  /** For clients that add `/v1` themselves. */
  url: string
  upstream: FakeUpstream
  /** The body of the upstream's last request. */
  asked: () => Record<string, unknown>
}

export async function givenMiddle(provider = 'custom'): Promise<Middle> {
  const upstream = await givenUpstream()
  const server = createServer((req, res) => void serve(req, res, { baseUrl: upstream.baseUrl, provider }))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    upstream,
    asked: () => JSON.parse(upstream.last.body.toString()) as Record<string, unknown>,
  }
}

async function serve(
  req: IncomingMessage,
  res: ServerResponse,
  { baseUrl, provider }: { baseUrl: string; provider: string },
): Promise<void> {
  const from = req.url?.startsWith('/v1/messages') === true ? 'messages' : 'chat'
  const to = from === 'messages' ? 'chat' : 'messages'
  const context = { provider, requestId: 'req_1', now: 1_700_000_000_000 }
  const { body, path, plan } = translateRequest(from, to, await text(req), context)
  const answer = await fetch(baseUrl + path, { method: 'POST', body })
  if (answer.ok && plan.isStream && answer.body !== null) return passStream(plan, answer.body, res)
  const said = await answer.text()
  const translated = answer.ok
    ? translateAnswer(plan, said)
    : JSON.stringify(translateError(plan, answer.status, JSON.parse(said)))
  res.writeHead(answer.status, { 'content-type': 'application/json' }).end(translated)
}

async function passStream(
  plan: TranslationPlan,
  upstream: ReadableStream<Uint8Array>,
  res: ServerResponse,
): Promise<void> {
  const translator = new StreamTranslator(plan)
  let isCut = false
  res.writeHead(200, { 'content-type': 'text/event-stream' })
  try {
    for await (const bytes of upstream) res.write(translator.push(bytes).join(''))
  } catch {
    isCut = true // the upstream's connection broke
  }
  res.end(translator.end({ isCut }).join(''))
}
