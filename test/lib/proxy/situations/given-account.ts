// Situations from bug reports, over a whole proxy: a client of one format, and an account of another. The account's
// service refuses what the real ones refuse.

import { expect, test } from 'vitest'
import { serviceFormats } from '../../../clients/agents/scripted-service.ts'
import type { Format } from '../../../../src/lib/provider/wire-format.ts'
import { givenUpstream, json } from '../../../support/servers/fake-upstream.ts'
import { givenProxy, type Reply } from '../../../support/servers/proxy-harness.ts'

type Json = Record<string, unknown>

interface Situation {
  /** The report or the reference that it comes from. */
  source: string
  from: Format
  body: Json
  /** Missing: any service. */
  provider?: string
  /** A part of the request that the service gets. */
  sent?: object
  has?: readonly string[]
  lacks?: readonly string[]
  /** The fields that the client learns of; missing: any. */
  leftOut?: readonly string[]
  /** The field that is refused; missing: none is. */
  refused?: string
  /** The service's answer; missing: a greeting. */
  answer?: object
  /** A part of the answer that the client gets. */
  got?: object
  gotHas?: readonly string[]
}

const paths: Readonly<Record<Format, (model: string) => string>> = {
  chat: () => '/v1/chat/completions',
  messages: () => '/v1/messages',
  responses: () => '/v1/responses',
  gemini: (model) => `/v1beta/models/${model}:generateContent`,
}

async function ask(to: Format, { from, body, provider, answer }: Situation) {
  const upstream = await givenUpstream()
  const format = serviceFormats[to]
  upstream.always((call) => {
    const { path, body: bytes, headers } = call.seen
    if (!format.path.test(path.split('?')[0]!)) return json(404, format.missing)(call)
    const fault = format.fault(JSON.parse(bytes.toString()) as Json, headers)
    const greeting = format.whole({ text: 'hello', thinking: null, calls: [] }, '1', 'm1')
    return fault === null ? json(200, answer ?? greeting)(call) : json(400, format.error(400, fault))(call)
  })
  const account = {
    name: 'a',
    provider: provider ?? format.provider,
    baseUrl: `${upstream.origin}${format.base}`,
  }
  const proxy = await givenProxy({ accounts: [account] })
  const { model = 'm1', ...rest } = body
  const asked = from === 'gemini' ? rest : { ...rest, model }
  const headers: Record<string, string> = from === 'messages' ? { 'anthropic-version': '2023-06-01' } : {}
  const reply: Reply = await proxy.post(paths[from](String(model)), asked, headers)
  const sent = upstream.requests.filter(({ path }) => format.path.test(path.split('?')[0]!)).at(-1)
  return { reply, text: sent?.body.toString() ?? 'null' }
}

/** Tests how the situations reach an account of one format, and what comes back. */
export function testAccount(to: Format, situations: Readonly<Record<string, Situation>>): void {
  test.each(Object.entries(situations))('%s', async (_, situation) => {
    const { refused, sent = {}, has = [], lacks = [], leftOut, got = {}, gotHas = [] } = situation
    const { reply, text } = await ask(to, situation)
    if (refused !== undefined) {
      expect(reply.status, reply.text).toBe(400)
      expect(reply.text).toContain(refused)
      return
    }
    expect(reply.status, `${reply.text}\n${text}`).toBe(200)
    expect(JSON.parse(text)).toMatchObject(sent)
    for (const part of has) expect(text).toContain(part)
    for (const part of lacks) expect(text).not.toContain(part)
    if (leftOut !== undefined) expect(reply.headers['x-qwenctl-left-out'] ?? '').toBe(leftOut.join(', '))
    expect(reply.json).toMatchObject(got)
    for (const part of gotHas) expect(reply.text).toContain(part)
  })
}
