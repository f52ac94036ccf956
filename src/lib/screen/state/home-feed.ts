import { isQwenctlError, readMessage } from '../../base/errors.ts'
import { LogReader, followLog } from '../../observe/logs/log-reader.ts'
import type { LogLine } from '../../observe/logs/log-reader.ts'
import type { JobView } from '../../toolkit/jobs/job-views.ts'
import type { AccountFilter, Toolkit } from '../../toolkit/toolkit.ts'
import { listElsewhere } from '../../toolkit/shared-proxies.ts'
import type { ScreenEvent } from './screen-event.ts'
import type { ShownProxy } from './screen-state.ts'

/** Lines to read at first: more than are kept, so that the last minute can be counted. */
const LOOK_BACK = 20_000
const JOBS_MS = 5_000

export interface FeedOptions {
  toolkit: Toolkit
  filter: AccountFilter
  /** Milliseconds between two reads of accounts and counts. */
  intervalMs: number
  clock: () => number
  onEvent: (event: ScreenEvent) => void
}

/**
 * Feeds the screen from the files of the home. Accounts and counts are read at every interval and after changes of
 * the accounts; requests are read as they are logged. Works with any number of proxies, or none.
 */
export class HomeFeed {
  readonly #options: FeedOptions
  readonly #stops: (() => void)[] = []
  #timer: NodeJS.Timeout | undefined
  #isLooking = false
  /** A change arrived during the read. */
  #isStale = false
  #isStopped = false
  #jobs: JobView[] = []
  #jobsReadAt = -Infinity
  /** The last read error, reported once. */
  #trouble: string | null = null

  constructor(options: FeedOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    const { toolkit } = this.#options
    // An open history reads only new data. A home that is not writable is still shown.
    await this.#trying(() => toolkit.ledger())
    await this.look()
    if (this.#isStopped) return
    this.#stops.push(toolkit.watchAccounts(() => void this.look()))
    await this.#trying(() => this.#followRequests())
    this.#tellWarnings()
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
    for (const stop of this.#stops.splice(0)) stop()
  }

  /** Reads accounts and counts now. */
  async look(): Promise<void> {
    if (this.#isLooking || this.#isStopped) {
      this.#isStale = true
      return
    }
    this.#isLooking = true
    clearTimeout(this.#timer)
    do {
      this.#isStale = false
      await this.#trying(() => this.#show())
    } while (this.#hasMissed())
    this.#isLooking = false
    if (this.#isStopped) return
    this.#timer = setTimeout(() => void this.look(), this.#options.intervalMs)
  }

  #hasMissed(): boolean {
    return this.#isStale && !this.#isStopped
  }

  async #show(): Promise<void> {
    const { toolkit, filter, clock, onEvent } = this.#options
    const quota = await toolkit.quotas.show([], filter)
    const proxies = [...toolkit.proxies.list(), ...(await this.#findElsewhere())]
    onEvent({ type: 'quota', quota, proxies, now: clock() })
    await this.#showWork()
    this.#trouble = null
  }

  /** The counts come from the same store: without it, its error is shown already. */
  async #findElsewhere(): Promise<ShownProxy[]> {
    return listElsewhere(this.#options.toolkit.home).catch(() => [])
  }

  /** Jobs change seldom, and their record is long. Batches change all the time. */
  async #showWork(): Promise<void> {
    const { toolkit, filter, clock, onEvent } = this.#options
    const { user } = filter
    if (Math.abs(clock() - this.#jobsReadAt) >= JOBS_MS) {
      this.#jobs = await toolkit.jobs.list({ user })
      this.#jobsReadAt = clock()
    }
    const batches = (user === undefined ? toolkit.batches : toolkit.batches.ofUser(user)).list()
    onEvent({ type: 'work', work: { jobs: this.#jobs, batches }, now: clock() })
  }

  async #followRequests(): Promise<void> {
    const { toolkit, clock, onEvent } = this.#options
    const level = await toolkit.settings.get('logs.level')
    onEvent({ type: 'logging', isLogged: level === 'info' || level === 'debug' })
    const { logsFolder } = toolkit.home
    const reader = new LogReader(logsFolder, {})
    const tell = (lines: LogLine[]) =>
      onEvent({ type: 'lines', entries: lines.map(({ entry }) => entry), now: clock() })
    tell(reader.last(LOOK_BACK))
    if (this.#isStopped) return
    this.#stops.push(followLog(reader, logsFolder, tell))
  }

  /** Shows the first warning about this home; the others are printed when the screen closes. */
  #tellWarnings(): void {
    const [first] = this.#options.toolkit.warnings()
    if (first !== undefined) this.#tell('warn', first, null)
  }

  async #trying(act: () => Promise<unknown>): Promise<void> {
    try {
      await act()
    } catch (error) {
      const text = readMessage(error)
      if (text === this.#trouble) return
      this.#trouble = text
      this.#tell('bad', text, isQwenctlError(error) ? error.hint : null)
    }
  }

  #tell(tone: 'warn' | 'bad', text: string, hint: string | null): void {
    const { onEvent, clock } = this.#options
    onEvent({ type: 'told', tone, text, hint, ends: null, now: clock() })
  }
}
