import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Observer } from '../../../src/lib/observe/observer.ts'
import { traceSettings } from '../../../src/lib/observe/trace-settings.ts'
import type { TraceLibrary } from '../../../src/lib/observe/traces.ts'
import { givenObserver, logEntries } from '../../support/given-observer.ts'
import { NOW, givenAttempt, givenRecord, givenRotation } from '../../support/observed-request.ts'

interface Attribute {
  key: string
  value: { stringValue?: string; intValue?: number | string; doubleValue?: number; boolValue?: boolean }
}

interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: Attribute[]
  status: { code: number; message?: string }
}

interface Export {
  resourceSpans: { resource: { attributes: Attribute[] }; scopeSpans: { spans: Span[] }[] }[]
}

interface Receiver {
  url: string
  /** By path. */
  requests: { path: string; headers: IncomingHttpHeaders; body: Export }[]
  spans(): Span[]
}

/** A receiver of traces in OTLP over HTTP, as JSON. */
async function givenReceiver(status = 200): Promise<Receiver> {
  const requests: Receiver['requests'] = []
  const server = createServer((req, res) => {
    let text = ''
    req.setEncoding('utf8').on('data', (part: string) => (text += part))
    req.on('end', () => {
      expect(req.headers['content-type']).toBe('application/json')
      requests.push({ path: req.url ?? '', headers: req.headers, body: JSON.parse(text) as Export })
      res.writeHead(status, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  onTestFinished(() => server.closeAllConnections())
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    spans: () =>
      requests.flatMap(({ body }) =>
        body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
  }
}

async function givenTraces(
  env: NodeJS.ProcessEnv,
  onTrouble: (message: string) => void = (message) => {
    throw new Error(message)
  },
): Promise<Observer> {
  return givenObserver({ level: 'off', countsMetrics: false, env, onTrouble })
}

function readValues(attributes: Attribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ?? value.boolValue ?? value.doubleValue ?? Number(value.intValue),
    ]),
  )
}

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'
const nano = (ms: number) => `${ms}000000`

test('a request is a span, each try one below it, with the times they had', async () => {
  const receiver = await givenReceiver()
  const observer = await givenTraces({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
  observer.record(givenRotation())
  await observer.close()
  expect(receiver.requests.map(({ path }) => path)).toEqual(['/v1/traces'])
  const [request, ...tries] = receiver.spans().sort((a, b) => a.kind - b.kind)
  expect(request).toMatchObject({ name: 'POST /v1/chat/completions', kind: 2 })
  expect(request).toMatchObject({ startTimeUnixNano: nano(NOW), endTimeUnixNano: nano(NOW + 14) })
  expect(request?.parentSpanId ?? '').toBe('')
  expect(tries.map(({ name, kind }) => [name, kind])).toEqual([
    ['chat qwen3-coder-plus', 3],
    ['chat qwen3-coder-plus', 3],
  ])
  for (const span of tries)
    expect(span).toMatchObject({ traceId: request?.traceId, parentSpanId: request?.spanId })
  expect(tries[0]).toMatchObject({ startTimeUnixNano: nano(NOW), endTimeUnixNano: nano(NOW + 4) })
  expect(tries[1]).toMatchObject({ startTimeUnixNano: nano(NOW + 4), endTimeUnixNano: nano(NOW + 16) })
})

test('attributes are those of the conventions for generative AI and HTTP, and never a key', async () => {
  const receiver = await givenReceiver()
  const observer = await givenTraces({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
  observer.record(givenRotation({ clientKey: 'laptop', isStream: true }))
  await observer.close()
  const [request, first, second] = receiver.spans().sort((a, b) => a.kind - b.kind)
  expect(readValues(request!.attributes)).toMatchObject({
    'http.request.method': 'POST',
    'http.route': '/v1/chat/completions',
    'http.response.status_code': 200,
    'gen_ai.operation.name': 'chat',
    'gen_ai.request.model': 'qwen3-coder-plus',
    'gen_ai.request.stream': true,
    'qwenctl.request_id': 'req-1',
    'qwenctl.attempts': 2,
    'qwenctl.client_key': 'laptop',
  })
  expect(readValues(first!.attributes)).toMatchObject({
    'gen_ai.provider.name': 'qwen',
    'qwenctl.account': 'work',
    'error.type': 'rate-short',
    'http.response.status_code': 429,
    'server.address': 'dashscope.aliyuncs.com',
    'server.port': 443,
  })
  expect(first!.status).toEqual({ code: 2, message: 'slow down, key sk-…6789' })
  expect(readValues(first!.attributes)).not.toHaveProperty('gen_ai.usage.input_tokens')
  expect(readValues(second!.attributes)).toMatchObject({
    'gen_ai.usage.input_tokens': 120,
    'gen_ai.usage.output_tokens': 34,
    'gen_ai.response.time_to_first_chunk': 0.008,
    'http.request.resend_count': 1,
    'server.address': '127.0.0.1',
    'server.port': 8080,
  })
  expect(JSON.stringify(receiver.requests.map(({ body }) => body))).not.toContain('sk-0123')
})

test.each([
  ['/v1/chat/completions', 'chat'],
  ['/v1/completions', 'text_completion'],
  ['/v1/embeddings', 'embeddings'],
  ['/v1/responses', 'chat'],
  ['/v1/messages', 'chat'],
  ['/v1/messages/count_tokens', 'count_tokens'],
  ['/v1/images/generations', 'generate_content'],
])('a try at %s is called %s', async (route, operation) => {
  const receiver = await givenReceiver()
  const observer = await givenTraces({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
  observer.record(givenRecord({ route }))
  await observer.close()
  expect(receiver.spans().map(({ name }) => name)).toContain(`${operation} qwen3-coder-plus`)
})

test('the words of a refusal stay in the log of this machine: they may quote the request, so no trace has them', async () => {
  const receiver = await givenReceiver()
  const observer = await givenObserver({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url } })
  const message = 'messages.0.content "my secret diary" is too long'
  const attempts = [givenAttempt({ outcome: 'bad-request', status: 400, message })]
  observer.record(givenRecord({ outcome: 'bad-request', status: 400, attempts }))
  await observer.close()
  expect(logEntries(observer.folder)).toMatchObject([
    { kind: 'attempt', outcome: 'bad-request', status: 400, message },
    { kind: 'request', outcome: 'bad-request', status: 400, message: null },
  ])
  expect(JSON.stringify(receiver.requests.map(({ body }) => body))).not.toContain('diary')
})

test('a request that belongs to a trace continues it, and is sampled as that was', async () => {
  const receiver = await givenReceiver()
  const observer = await givenTraces({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })
  expect(observer.wantsTraceparent).toBe(true)
  const arrived = (id: string, traceparent: string) =>
    observer.record(givenRecord({ id, traceparent, attempts: [] }))
  arrived('with', `00-${TRACE}-${PARENT}-01`)
  arrived('later', `cc-${TRACE}-${PARENT}-01-more`)
  arrived('unsampled', `00-${TRACE}-${PARENT}-00`)
  for (const broken of ['', 'x', `ff-${TRACE}-${PARENT}-01`, `00-${'0'.repeat(32)}-${PARENT}-01`])
    arrived('own', broken)
  await observer.close()
  const seen = receiver.spans().map(({ attributes, traceId, parentSpanId }) => ({
    id: readValues(attributes)['qwenctl.request_id'],
    isTheirs: traceId === TRACE && parentSpanId === PARENT,
  }))
  expect(seen.filter(({ isTheirs }) => isTheirs).map(({ id }) => id)).toEqual(['with', 'later'])
  expect(seen.filter(({ isTheirs }) => !isTheirs).map(({ id }) => id)).toEqual(['own', 'own', 'own', 'own'])
})

test('the variables say where spans go, under which name, and with which headers', async () => {
  const receiver = await givenReceiver()
  const observer = await givenTraces({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1/never',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/own/path`,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20abc,x-team=ai',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=lost',
    OTEL_SERVICE_NAME: 'gateway',
  })
  observer.record(givenRecord())
  await observer.close()
  const [{ path, headers, body }] = receiver.requests as [Receiver['requests'][number]]
  expect(path).toBe('/own/path')
  expect(headers).toMatchObject({ authorization: 'Bearer abc', 'x-team': 'ai' })
  expect(readValues(body.resourceSpans[0]!.resource.attributes)).toMatchObject({
    'service.name': 'gateway',
    'service.version': '0.1.0',
    'deployment.environment.name': 'test',
  })
})

test.each([
  ['always_off', undefined, 0],
  ['traceidratio', '0', 0],
  ['traceidratio', '1', 20],
  ['parentbased_always_off', undefined, 0],
])('sampler %s with %s keeps %i of 20 requests', async (sampler, argument, kept) => {
  const receiver = await givenReceiver()
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_TRACES_SAMPLER: sampler }
  const observer = await givenTraces(
    argument === undefined ? env : { ...env, OTEL_TRACES_SAMPLER_ARG: argument },
  )
  for (let count = 0; count < 20; count += 1) observer.record(givenRecord({ attempts: [] }))
  await observer.close()
  expect(receiver.spans()).toHaveLength(kept)
})

test('a receiver that refuses is reported once, and costs the requests nothing', async () => {
  const receiver = await givenReceiver(400)
  const troubles: string[] = []
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url }
  const observer = await givenTraces(env, (message) => troubles.push(message))
  for (let count = 0; count < 1500; count += 1) observer.record(givenRecord({ attempts: [] }))
  await observer.close()
  expect(receiver.requests.length).toBeGreaterThan(1)
  expect(troubles).toEqual([expect.stringMatching(/^traces could not be delivered: /)])
})

const missing: string = '@opentelemetry/not-installed'

test('without the packages there is one warning that says what is missing, and no traces', async () => {
  const troubles: string[] = []
  const observer = await givenObserver({
    level: 'off',
    countsMetrics: false,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' },
    onTrouble: (message) => troubles.push(message),
    loadTraceLibrary: async () => (await import(missing)) as TraceLibrary,
  })
  observer.record(givenRecord())
  await observer.close()
  expect(observer.wantsTraceparent).toBe(false)
  expect(troubles).toEqual([expect.stringMatching(/no traces are sent.*@opentelemetry\/\*.*not-installed/)])
})

test.each([
  [{}],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_SDK_DISABLED: 'true' }],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318', OTEL_TRACES_EXPORTER: 'none' }],
] as NodeJS.ProcessEnv[][])('with %j there are no traces, and nothing to say', (env) => {
  expect(traceSettings(env)).toBeNull()
})

test.each([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: '127.0.0.1:4318' }, /no traces.*not an http/, ''],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    /no traces.*grpc/,
    '',
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:1/', OTEL_RESOURCE_ATTRIBUTES: 'nonsense' },
    /OTEL_RESOURCE_ATTRIBUTES is not/,
    'http://a:1/v1/traces',
  ],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:1', OTEL_TRACES_SAMPLER: 'jaeger_remote' },
    /OTEL_TRACES_SAMPLER is not known/,
    'http://a:1/v1/traces',
  ],
] as [NodeJS.ProcessEnv, RegExp, string][])('with %j it says %s', (env, problem, url) => {
  const settings = traceSettings(env)
  expect(settings?.url).toBe(url)
  expect(settings?.problems).toEqual([expect.stringMatching(problem)])
})
