// The settings in the variables of the OpenTelemetry specification (configuration/sdk-environment-variables and
// protocol/exporter, 1.5x). The SDK leaves these to its host. It reads certificates, time-out and compression of
// the exporter itself.

export interface TraceSettings {
  /** The URL that receives spans. */
  url: string
  headers: Record<string, string>
  serviceName: string
  /** Attributes of the resource, besides the name of the service. */
  attributes: Record<string, string>
  sampler: SamplerSettings
  /** Faults of the variables, in words. */
  problems: string[]
}

export interface SamplerSettings {
  kind: 'always_on' | 'always_off' | 'traceidratio'
  /** Between 0 and 1; for `traceidratio`. */
  ratio: number
  /** A request that belongs to a trace already follows the sampling of its parent. */
  followsParent: boolean
}

const SERVICE_NAME = 'qwenctl'

/** Null: traces are off. */
export function traceSettings(env: NodeJS.ProcessEnv): TraceSettings | null {
  const read = (name: string) => env[name]?.trim() ?? ''
  if (read('OTEL_SDK_DISABLED').toLowerCase() === 'true' || read('OTEL_TRACES_EXPORTER') === 'none')
    return null
  const problems: string[] = []
  const url = readEndpoint(read, problems)
  if (url === null && problems.length === 0) return null
  const named = parsePairs(read('OTEL_RESOURCE_ATTRIBUTES'), 'OTEL_RESOURCE_ATTRIBUTES', problems)
  const { 'service.name': ownName, ...attributes } = named
  return {
    url: url ?? '',
    headers: {
      ...parsePairs(read('OTEL_EXPORTER_OTLP_HEADERS'), 'OTEL_EXPORTER_OTLP_HEADERS', problems),
      ...parsePairs(read('OTEL_EXPORTER_OTLP_TRACES_HEADERS'), 'OTEL_EXPORTER_OTLP_TRACES_HEADERS', problems),
    },
    serviceName: read('OTEL_SERVICE_NAME') || ownName || SERVICE_NAME,
    attributes,
    sampler: readSampler(read, problems),
    problems,
  }
}

/** The endpoint for traces is used unchanged; the general endpoint gets the path of traces. */
function readEndpoint(read: (name: string) => string, problems: string[]): string | null {
  const ofTraces = read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT')
  const ofAll = read('OTEL_EXPORTER_OTLP_ENDPOINT')
  if (ofTraces === '' && ofAll === '') return null
  const name = ofTraces === '' ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'
  const protocol = read('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') || read('OTEL_EXPORTER_OTLP_PROTOCOL')
  const url = ofTraces === '' ? `${ofAll.replace(/\/+$/, '')}/v1/traces` : ofTraces
  if (protocol === 'grpc') {
    problems.push(
      'no traces are sent: OTEL_EXPORTER_OTLP_PROTOCOL is grpc, and only OTLP over HTTP is spoken',
    )
    return null
  }
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    problems.push(`no traces are sent: ${name} is not an http or https URL`)
    return null
  }
  return url
}

/**
 * `key=value,key=value`, percent-encoded. A malformed list is dropped as a whole, as the specification requires.
 */
function parsePairs(text: string, name: string, problems: string[]): Record<string, string> {
  const pairs: Record<string, string> = {}
  try {
    for (const part of text.split(',').filter((piece) => piece.trim() !== '')) {
      const [key = '', ...rest] = part.split('=')
      if (key.trim() === '' || rest.length === 0) throw new Error('not a pair')
      pairs[decodeURIComponent(key.trim())] = decodeURIComponent(rest.join('=').trim())
    }
    return pairs
  } catch {
    problems.push(`${name} is not a list of key=value, and left out`)
    return {}
  }
}

function readSampler(read: (name: string) => string, problems: string[]): SamplerSettings {
  const name = read('OTEL_TRACES_SAMPLER').toLowerCase() || 'parentbased_always_on'
  const kind = name.replace(/^parentbased_/, '')
  const followsParent = kind !== name
  if (kind === 'always_on' || kind === 'always_off') return { kind, ratio: 1, followsParent }
  if (kind !== 'traceidratio') {
    problems.push(`OTEL_TRACES_SAMPLER is not known; every request is traced`)
    return { kind: 'always_on', ratio: 1, followsParent: true }
  }
  const argument = read('OTEL_TRACES_SAMPLER_ARG')
  const ratio = argument === '' ? 1 : Number(argument)
  if (ratio >= 0 && ratio <= 1) return { kind, ratio, followsParent }
  problems.push('OTEL_TRACES_SAMPLER_ARG is not a number from 0 to 1; every request is traced')
  return { kind, ratio: 1, followsParent }
}
