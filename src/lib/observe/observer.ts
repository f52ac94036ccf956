// The observe room: the visible side of a running proxy. Logs, metrics and traces all come from the same records,
// one per finished request. Batches process them outside of any request's turn. This room knows no proxy, and no
// part of a conversation.

import { readMessage } from '../base/errors.ts'
import { ByteWriter } from '../base/byte-writer.ts'
import { isSurvived } from '../base/survived-errors.ts'
import type { MetricSources } from './gauges.ts'
import { LogFile } from './logs/log-file.ts'
import { LogLines } from './logs/log-lines.ts'
import { Masked } from './logs/masked.ts'
import { Metrics } from './metrics.ts'
import type { MetricsPart, MetricsText } from './metrics.ts'
import type { LogLevel, Note, RequestRecord } from './request-event.ts'
import { Totals } from './request-totals.ts'
import { traceSettings } from './trace-settings.ts'
import { Traces, loadTraceLibrary } from './traces.ts'
import type { TraceLibrary } from './traces.ts'

/** The settings that can change while an observer is open. */
export interface Wanted {
  level: LogLevel
  maxLogBytes: number
  /** Whether requests count for metrics. */
  countsMetrics: boolean
}

export interface ObserverOptions extends Wanted {
  /** The folder of the log files. */
  logsFolder: string
  /** Reads whether and where to send traces (`OTEL_*`). */
  env: NodeJS.ProcessEnv
  clock: () => number
  version: string
  /** Receives problems of logs and traces, in words. */
  onTrouble: (message: string) => void
  /** Replaces the optional packages in tests. */
  loadTraceLibrary?: () => Promise<TraceLibrary>
}

/** The interface of an observer to the proxy: records go in, metrics come out. */
export interface Observer {
  /** False: nothing observes, so no record is needed. */
  readonly isOn: boolean
  /** Whether the `traceparent` of requests is of use. */
  readonly wantsTraceparent: boolean
  /** Takes a finished request. Only pushes it on a list; the work follows later. */
  record(record: RequestRecord): void
  note(note: Note): void
  /** Sets the source for metrics about the present moment, once it exists. */
  watch(sources: MetricSources): void
  /** The metrics of this process. */
  metrics(): Promise<MetricsText>
  /** The metrics of this process as data, for adding to those of others. */
  metricsPart(): Promise<MetricsPart>
  /** The metrics of several processes that share one address, as one. */
  mergeMetrics(parts: MetricsPart[]): Promise<MetricsText>
  /** Whether requests count for metrics. */
  readonly countsMetrics: boolean
  /** Applies new settings; earlier records are still written under the old ones. */
  adjust(wanted: Wanted): Promise<void>
  /** Writes pending records now, for a process that ends at once. */
  flushSync(): void
  /** Writes and sends pending records, then closes. */
  close(): Promise<void>
}

interface TimedNote {
  note: Note
  at: number
}

/**
 * At this many records, processing starts: a tenth of a millisecond's work, before they survive many collections.
 * Each run processes all of them, because turns that end more requests would otherwise leave a growing rest.
 */
const SLICE = 64
const FLUSH_MS = 100

/**
 * Opens the requested observers. Never throws because of a log or a trace: it reports the problem, and continues
 * without.
 */
export async function openObserver(options: ObserverOptions): Promise<Observer> {
  const masked = new Masked()
  const lines = options.level === 'off' ? null : await LogLines.load(options.level, masked)
  const observer = new BatchObserver(options, masked, lines, await openTraces(options, masked))
  return observer
}

async function openTraces(options: ObserverOptions, masked: Masked): Promise<Traces | null> {
  const { env, version, clock } = options
  const settings = traceSettings(env)
  if (settings === null) return null
  const onTrouble = (message: string) => options.onTrouble(masked.of(message))
  settings.problems.forEach(onTrouble)
  if (settings.url === '') return null
  try {
    const library = await (options.loadTraceLibrary ?? loadTraceLibrary)()
    return new Traces(library, { settings, version, masked, clock, onTrouble })
  } catch (error) {
    onTrouble(
      `no traces are sent: the packages for them (@opentelemetry/*) cannot be loaded: ${readMessage(error)}`,
    )
    return null
  }
}

class BatchObserver implements Observer {
  isOn = false
  countsMetrics = false
  readonly wantsTraceparent: boolean
  readonly #options: ObserverOptions
  readonly #masked: Masked
  readonly #totals: Totals
  readonly #wanted: Wanted
  #lines: LogLines | null = null
  #file: LogFile | null = null
  /** Lines that earlier files could not write. */
  #dropped = 0
  readonly #traces: Traces | null
  readonly #onExit = () => this.flushSync()
  readonly #onCrash = (error: unknown) => {
    if (isSurvived(error)) return // Node asks this listener first, before the one that survives it
    const stack = error instanceof Error ? (error.stack ?? '') : ''
    this.note({ kind: 'crash', message: readMessage(error), stack })
  }
  #waiting: (RequestRecord | TimedNote)[] = []
  /** Lines for the next write. */
  readonly #bytes = new ByteWriter()
  #timer: NodeJS.Timeout | null = null
  #isSoon = false
  #sources: MetricSources | null = null
  #metrics: Promise<Metrics> | null = null

  constructor(options: ObserverOptions, masked: Masked, lines: LogLines | null, traces: Traces | null) {
    const { level, maxLogBytes, countsMetrics } = options
    this.#options = options
    this.#masked = masked
    this.#traces = traces
    this.#totals = new Totals(masked)
    this.wantsTraceparent = traces !== null
    this.#wanted = { level, maxLogBytes, countsMetrics }
    this.#use(lines)
  }

  async adjust(wanted: Wanted): Promise<void> {
    const { level, maxLogBytes } = this.#wanted
    const isSameLevel = wanted.level === level
    const lines =
      isSameLevel || wanted.level === 'off' ? this.#lines : await LogLines.load(wanted.level, this.#masked)
    this.#flushAll()
    const before = this.#file
    if (wanted.maxLogBytes !== maxLogBytes) this.#file = null
    Object.assign(this.#wanted, wanted)
    this.#use(wanted.level === 'off' ? null : lines)
    if (before === null || before === this.#file) return
    await before.close()
    this.#dropped += before.dropped
  }

  #use(lines: LogLines | null): void {
    const { countsMetrics } = this.#wanted
    this.#lines = lines
    if (lines !== null) this.#file ??= this.#openFile(lines)
    this.countsMetrics = countsMetrics
    this.isOn = lines !== null || this.#traces !== null || countsMetrics
  }

  #openFile(lines: LogLines): LogFile {
    const { logsFolder, clock, onTrouble } = this.#options
    process.off('exit', this.#onExit).on('exit', this.#onExit)
    process.off('uncaughtExceptionMonitor', this.#onCrash).on('uncaughtExceptionMonitor', this.#onCrash)
    return new LogFile({
      folder: logsFolder,
      maxBytes: this.#wanted.maxLogBytes,
      clock,
      onTrouble,
      lostLine: (count) => lines.ofLoss(count, clock()),
    })
  }

  record(record: RequestRecord): void {
    if (this.isOn) this.#take(record)
  }

  note(note: Note): void {
    if (this.#lines !== null) this.#take({ note, at: this.#options.clock() })
  }

  watch(sources: MetricSources): void {
    this.#sources = sources
  }

  async metrics(): Promise<MetricsText> {
    return (await this.#read()).text()
  }

  async metricsPart(): Promise<MetricsPart> {
    return (await this.#read()).part()
  }

  async mergeMetrics(parts: MetricsPart[]): Promise<MetricsText> {
    return (await this.#read()).mergeTexts(parts)
  }

  flushSync(): void {
    this.#flushAll()
    this.#file?.flushSync()
  }

  async close(): Promise<void> {
    process.off('exit', this.#onExit)
    process.off('uncaughtExceptionMonitor', this.#onCrash)
    this.#flushAll()
    await Promise.all([this.#file?.close(), this.#traces?.close()])
  }

  #read(): Promise<Metrics> {
    this.#flushAll()
    const { version } = this.#options
    return (this.#metrics ??= Metrics.load({
      totals: this.#totals,
      sources: () => this.#sources,
      version,
      droppedLines: () => this.#dropped + (this.#file?.dropped ?? 0),
    }))
  }

  #take(item: RequestRecord | TimedNote): void {
    if (this.#waiting.push(item) >= SLICE) this.#soon()
    else this.#timer ??= setTimeout(() => this.#flushAll(), FLUSH_MS).unref()
  }

  /** Runs in the next turn of the event loop: this one belongs to the request that completed the batch. */
  #soon(): void {
    if (this.#isSoon) return
    this.#isSoon = true
    setImmediate(() => {
      this.#isSoon = false
      this.#flushAll()
    })
  }

  #flushAll(): void {
    const all = this.#waiting
    this.#waiting = []
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#work(all)
  }

  #work(items: (RequestRecord | TimedNote)[]): void {
    const file = this.#file
    const bytes = this.#bytes
    for (const item of items) {
      if ('note' in item) bytes.text(this.#lines?.ofNote(item.note, item.at) ?? '')
      else this.#count(item)
      if (file !== null && bytes.length >= file.handedBytes) this.#hand(file)
    }
    if (file !== null && bytes.length > 0) this.#hand(file)
  }

  #hand(file: LogFile): void {
    file.write(this.#bytes)
    this.#bytes.clear()
  }

  /** Counts and traces a request, and adds its lines. */
  #count(record: RequestRecord): void {
    if (this.countsMetrics) this.#totals.add(record)
    this.#traces?.record(record)
    this.#lines?.writeRequest(this.#bytes, record)
  }
}
