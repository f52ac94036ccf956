import type * as Api from '@opentelemetry/api'
import type * as Exporter from '@opentelemetry/exporter-trace-otlp-http'
import type * as Resources from '@opentelemetry/resources'
import type * as Sdk from '@opentelemetry/sdk-trace'
import { readMessage } from '../base/errors.ts'
import type { Masked } from './logs/masked.ts'
import type { AttemptRecord, RequestRecord } from './request-event.ts'
import type { SamplerSettings, TraceSettings } from './trace-settings.ts'
import { lookUp } from '../base/text/look-up.ts'

/** The optional packages, as imported. */
export interface TraceLibrary {
  api: typeof Api
  sdk: typeof Sdk
  resources: typeof Resources
  exporter: typeof Exporter
}

export interface TracesOptions {
  settings: TraceSettings
  version: string
  masked: Masked
  clock: () => number
  onTrouble: (message: string) => void
}

/** How often an unreachable receiver is reported. */
const TROUBLE_EVERY_MS = 60_000
/** How long the end of the process waits for the receiver to take the last spans. */
const LAST_SPANS_MS = 2000

/** Throws when a package is not installed: the packages are optional. */
export async function loadTraceLibrary(): Promise<TraceLibrary> {
  const [api, sdk, resources, exporter] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ])
  return { api, sdk, resources, exporter }
}

/**
 * A span for each request and a child span for each attempt. They are made at the end of the request with the
 * recorded times, so running requests bear no cost. Attribute names follow OpenTelemetry's semantic conventions for
 * HTTP and generative AI (1.4x).
 */
export class Traces {
  readonly #library: TraceLibrary
  readonly #masked: Masked
  readonly #provider: Sdk.TracerProvider
  readonly #tracer: Api.Tracer

  constructor(library: TraceLibrary, options: TracesOptions) {
    const { settings, version } = options
    this.#library = library
    this.#masked = options.masked
    const { sdk, resources } = library
    const exporter = telling(
      new library.exporter.OTLPTraceExporter({ url: settings.url, headers: settings.headers }),
      options,
    )
    this.#provider = new sdk.TracerProvider({
      resource: resources.defaultResource().merge(
        resources.resourceFromAttributes({
          ...settings.attributes,
          'service.name': settings.serviceName,
          'service.version': version,
        }),
      ),
      sampler: makeSampler(library, settings.sampler),
      spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
    })
    this.#tracer = this.#provider.getTracer('qwenctl', version)
  }

  record(record: RequestRecord): void {
    const { api } = this.#library
    const { at, latencyMs, status } = record
    const span = this.#tracer.startSpan(
      `${record.method} ${record.route}`,
      { kind: api.SpanKind.SERVER, startTime: at, attributes: this.#requestAttributes(record) },
      this.#readParent(record.traceparent),
    )
    if (span.isRecording()) {
      const context = api.trace.setSpan(api.ROOT_CONTEXT, span)
      record.attempts.forEach((attempt, index) => this.#attempt(record, attempt, index, context))
      // For a server, only its own failures are errors (HTTP conventions).
      if (status === null || status >= 500) span.setStatus({ code: api.SpanStatusCode.ERROR })
    }
    span.end(at + latencyMs)
  }

  /** Sends the remaining spans, if the receiver takes them in time. */
  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, LAST_SPANS_MS)))
    await Promise.race([this.#provider.shutdown().catch(() => undefined), late])
    clearTimeout(timer)
  }

  #attempt(record: RequestRecord, attempt: AttemptRecord, index: number, context: Api.Context): void {
    const { api } = this.#library
    const { at, latencyMs, outcome } = attempt
    const isLast = index === record.attempts.length - 1
    const model = this.#shown(attempt.model ?? record.model)
    const operation = findOperation(record.route)
    const span = this.#tracer.startSpan(
      model === undefined ? operation : `${operation} ${model}`,
      {
        kind: api.SpanKind.CLIENT,
        startTime: at,
        attributes: { ...this.#attemptAttributes(attempt, index), ...this.#asked(record, model) },
      },
      context,
    )
    if (isLast) span.setAttributes(usageAttributes(record))
    if (outcome !== 'ok') {
      span.setAttribute('error.type', outcome)
      // The words of a refusal may quote the request, and traces leave this machine: only the log has them.
      const words = mayQuoteRequest(outcome) ? null : attempt.message
      span.setStatus({ code: api.SpanStatusCode.ERROR, message: this.#shown(words) ?? outcome })
    }
    span.end(at + latencyMs)
  }

  #requestAttributes(record: RequestRecord): Api.Attributes {
    const { id, route, method, status, outcome, clientKey, attempts, bytesIn, bytesOut } = record
    return {
      'http.request.method': method,
      'http.route': route,
      'url.path': route,
      'url.scheme': 'http',
      'http.request.body.size': bytesIn,
      'http.response.body.size': bytesOut,
      ...(status === null ? {} : { 'http.response.status_code': status }),
      ...(outcome === 'ok' ? {} : { 'error.type': outcome }),
      ...(clientKey === null ? {} : { 'qwenctl.client_key': this.#masked.of(clientKey) }),
      ...this.#asked(record, this.#shown(record.model)),
      'qwenctl.request_id': id,
      'qwenctl.outcome': outcome,
      'qwenctl.attempts': attempts.length,
      'qwenctl.client_gone': record.isClientGone,
    }
  }

  #attemptAttributes(attempt: AttemptRecord, index: number): Api.Attributes {
    const { account, status, origin, firstByteMs, outcome } = attempt
    return {
      'gen_ai.provider.name': lookUp(providerNames, account.provider) ?? account.provider,
      'qwenctl.provider': account.provider,
      'qwenctl.account': this.#masked.of(account.name),
      'qwenctl.user': account.user,
      'qwenctl.outcome': outcome,
      'http.request.method': 'POST',
      ...(index === 0 ? {} : { 'http.request.resend_count': index }),
      ...(status === null ? {} : { 'http.response.status_code': status }),
      ...(firstByteMs === null ? {} : { 'gen_ai.response.time_to_first_chunk': firstByteMs / 1000 }),
      ...serverAttributes(origin),
    }
  }

  #asked({ route, isStream }: RequestRecord, model: string | undefined): Api.Attributes {
    return {
      'gen_ai.operation.name': findOperation(route),
      'gen_ai.request.stream': isStream,
      ...(model === undefined ? {} : { 'gen_ai.request.model': model }),
    }
  }

  #readParent(traceparent: string | null): Api.Context {
    const { ROOT_CONTEXT, trace } = this.#library.api
    const parts = traceparent === null ? null : TRACEPARENT.exec(traceparent)
    const [, version = 'ff', traceId = '', spanId = '', flags = ''] = parts ?? []
    if (version === 'ff') return ROOT_CONTEXT
    const parent = { traceId, spanId, traceFlags: parseInt(flags, 16) & 1, isRemote: true }
    return trace.setSpanContext(ROOT_CONTEXT, parent)
  }

  #shown(text: string | null): string | undefined {
    return text === null ? undefined : this.#masked.of(text)
  }
}

/** W3C Trace Context, level 1; the SDK itself drops ids that are all zero. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/

/** Names of the conventions, where they differ from qwenctl's. */
const providerNames: Record<string, string> = { mistral: 'mistral_ai', gemini: 'gcp.gemini' }

/** Chosen by the end of the route; all other routes are a chat in some shape. */
const operations: readonly [RegExp, string][] = [
  [/\/chat\/completions$/, 'chat'],
  [/\/completions$/, 'text_completion'],
  [/\/embeddings$/, 'embeddings'],
  [/\/count_tokens$/, 'count_tokens'],
  [/\/(images|audio)\//, 'generate_content'],
]

function findOperation(route: string): string {
  return operations.find(([pattern]) => pattern.test(route))?.[1] ?? 'chat'
}

function usageAttributes({ inputTokens, outputTokens, costUsd }: RequestRecord): Api.Attributes {
  return {
    ...(inputTokens === null ? {} : { 'gen_ai.usage.input_tokens': inputTokens }),
    ...(outputTokens === null ? {} : { 'gen_ai.usage.output_tokens': outputTokens }),
    ...(costUsd === null ? {} : { 'qwenctl.cost_usd': costUsd }),
  }
}

function serverAttributes(origin: string | null): Api.Attributes {
  if (origin === null || !URL.canParse(origin)) return {}
  const { hostname, port, protocol } = new URL(origin)
  return {
    'server.address': hostname,
    'server.port': Number(port) || (protocol === 'https:' ? 443 : 80),
  }
}

function makeSampler({ sdk }: TraceLibrary, { kind, ratio, followsParent }: SamplerSettings): Sdk.Sampler {
  const root =
    kind === 'always_off'
      ? new sdk.AlwaysOffSampler()
      : kind === 'always_on'
        ? new sdk.AlwaysOnSampler()
        : new sdk.TraceIdRatioBasedSampler(ratio)
  return followsParent ? new sdk.ParentBasedSampler({ root }) : root
}

/** Wraps an exporter to report its failures from time to time, rather than to drop them. */
function telling(exporter: Sdk.SpanExporter, { clock, onTrouble }: TracesOptions): Sdk.SpanExporter {
  let toldAt = -Infinity
  return {
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.error !== undefined && clock() - toldAt >= TROUBLE_EVERY_MS) {
          toldAt = clock()
          onTrouble(`traces could not be delivered: ${readMessage(result.error)}`)
        }
        done({ code: 0 })
      }),
  }
}

function mayQuoteRequest(outcome: string): boolean {
  return outcome === 'bad-request' || outcome === 'request-declined'
}
