import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { canPin, endWith } from './processes.ts'
import { tools } from './machine.ts'

const run = promisify(execFile)
const here = import.meta.dirname

export interface Load {
  url: string
  bodyFile: string
  headers: Record<string, string>
  connections: number
  seconds: number
  core: number | null
}

export interface Measured {
  requests: number
  perSecond: number
  p50Ms: number
  p99Ms: number
  /** Failed connections, cut responses, time-outs, and every status other than 2xx. */
  errors: number
  /** Average size of a response, head included: a cut stream shows here. */
  bytesPerAnswer: number
}

/** `wrk` if installed, since it leaves most of its core to the upstream; else autocannon. */
export const generator = tools.wrk() === null ? 'autocannon' : 'wrk'

/** Loads all connections for that many seconds; each sends its next request after the response. */
export async function applyLoad(load: Load): Promise<Measured> {
  return generator === 'wrk' ? withWrk(load) : withAutocannon(load)
}

async function pinned(load: Load, command: string, args: string[]): Promise<string> {
  const isPinned = load.core !== null && canPin()
  const full = isPinned ? ['-c', String(load.core), command, ...args] : args
  const started = run(isPinned ? 'taskset' : command, full, {
    timeout: (load.seconds + 30) * 1000,
    maxBuffer: 1e7,
  })
  endWith(started.child)
  return (await started).stdout
}

async function withWrk(load: Load): Promise<Measured> {
  const headers = Object.entries(load.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const stdout = await pinned(load, 'wrk', [
    ...['-t', '1', '-c', String(load.connections), '-d', `${load.seconds}s`, '--timeout', '10s'],
    ...[...headers, '-s', join(here, 'load.lua'), load.url, '--', load.bodyFile],
  ])
  const line = stdout.split('\n').findLast((each) => each.startsWith('{'))
  if (line === undefined) throw new Error(`wrk said nothing of its result: ${stdout}`)
  const told = JSON.parse(line) as Record<
    'requests' | 'durationUs' | 'bytes' | 'errors' | 'p50Us' | 'p99Us',
    number
  >
  return {
    requests: told.requests,
    perSecond: told.requests / (told.durationUs / 1e6),
    p50Ms: told.p50Us / 1000,
    p99Ms: told.p99Us / 1000,
    errors: told.errors,
    bytesPerAnswer: told.bytes / told.requests,
  }
}

async function withAutocannon(load: Load): Promise<Measured> {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer bench', ...load.headers }
  const stdout = await pinned(load, process.execPath, [
    join(here, '..', 'node_modules', 'autocannon', 'autocannon.js'),
    ...['--json', '-m', 'POST', '-c', String(load.connections), '-d', String(load.seconds)],
    ...['-b', readFileSync(load.bodyFile, 'utf8')],
    ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}=${value}`]),
    load.url,
  ])
  const told = JSON.parse(stdout) as {
    requests: { total: number; average: number }
    latency: { p50: number; p99: number }
    throughput: { total: number }
    errors: number
    timeouts: number
    non2xx: number
  }
  return {
    requests: told.requests.total,
    perSecond: told.requests.average,
    p50Ms: told.latency.p50,
    p99Ms: told.latency.p99,
    errors: told.errors + told.timeouts + told.non2xx,
    bytesPerAnswer: told.throughput.total / told.requests.total,
  }
}
