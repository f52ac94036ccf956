import { setTimeout as delay } from 'node:timers/promises'
import { formatTime } from '../../base/iso-time.ts'
import type { Account } from '../../account/account.ts'
import { readMessage, QwenctlError } from '../../base/errors.ts'
import type { Ledger } from '../../quota/ledger.ts'
import { countReserved } from '../../quota/standing.ts'
import type { LimitState } from '../../quota/log/state.ts'
import type { Passed } from '../../quota/thresholds.ts'
import { passedThresholds } from '../../quota/thresholds.ts'
import type { Home } from '../../store/home.ts'
import type { NoticeMark } from '../../store/documents/notice-mark.ts'
import type { NoticeClaim } from '../../store/documents/notice-marks.ts'
import { claimNotice, dropOldMarks, listNoticeMarks } from '../../store/documents/notice-marks.ts'
import type { Egress } from '../../net/egress.ts'
import { limitView } from '../quota/quota-view.ts'
import { formatCommand } from './command-words.ts'
import { callWebhook, runCommand } from './deliver.ts'
import type { AnyNotice, Delivery, JobNotice, Notice, NoticeSettings, NoticesView } from './notice-views.ts'

export interface NoticesParts {
  home: Home
  env: NodeJS.ProcessEnv
  userAgent: string
  settings: () => Promise<NoticeSettings>
  /** Calls back when settings may have changed; returns a function that stops it. */
  watchSettings: (onChange: () => void) => () => void
  accounts: () => Promise<Account[]>
  ledger: () => Promise<Ledger>
  egress: () => Promise<Egress>
  /** The delays before further attempts. */
  retryMs?: readonly number[]
}

/** Slower than the ledger's own updates: a notice need not arrive within a second. */
const LOOK_MS = 1000
const TIMEOUT_MS = 10_000
const COMMAND_TIMEOUT_MS = 30_000
const RETRY_MS = [2_000, 30_000]
/** A limit per minute is free again before a person reads its notice. */
const SHORTEST_WINDOW_MS = 3_600_000
const MOST_REMEMBERED = 10_000

/** Notifies people when limits pass thresholds: off the request path, and once among all processes of a home. */
export class Notices {
  readonly #parts: NoticesParts
  /** Reported thresholds, cached so that the disk is not read every second. */
  readonly #known = new Set<string>()

  constructor(parts: NoticesParts) {
    this.#parts = parts
  }

  async show(): Promise<NoticesView> {
    const { at, webhook, command } = await this.#parts.settings()
    return {
      at: at.map((percent) => `${percent}%`),
      webhook: webhook === null ? null : new URL(webhook).host,
      command: command === null ? null : (formatCommand(command)?.[0] ?? null),
      told: await listNoticeMarks(this.#parts.home),
    }
  }

  /** Sends a test notice to every destination. Throws `invalid_value` if there is none. */
  async test(): Promise<Delivery[]> {
    const settings = await this.#parts.settings()
    if (settings.webhook === null && settings.command === null) {
      throw new QwenctlError(
        'invalid_value',
        'neither a webhook nor a command is set, so there is no recipient',
        {
          hint: 'qwenctl config set notify.webhook URL, or notify.command "PROGRAM ARGUMENTS"',
        },
      )
    }
    return this.#deliver(trialNotice(new Date(), settings.at[0] ?? 80), settings)
  }

  /** Sends a notice about a job to every destination; without one, nothing happens. Reports faults as text. */
  async tellJob(notice: JobNotice, onTrouble: (message: string) => void): Promise<void> {
    try {
      const failed = (await this.#deliver(notice, await this.#parts.settings())).filter(({ ok }) => !ok)
      const reasons = failed.map(({ message }) => message).join('; ')
      if (failed.length > 0)
        onTrouble(`no notification about the job ${notice.job.name} was sent: ${reasons}`)
    } catch (error) {
      onTrouble(`notices: ${readMessage(error)}`)
    }
  }

  /**
   * Watches the limits and reports thresholds, once per limit, window and threshold; returns a function that stops
   * it.
   */
  watch(onTrouble: (message: string) => void): () => void {
    const ended = new AbortController()
    let settings: NoticeSettings | null = null
    let seen = -1
    let told = ''
    const trouble = (error: unknown) => {
      const message = `notices: ${readMessage(error)}`
      if (message !== told) onTrouble(message) // a full disk is one fault, not one per second
      told = message
    }
    const read = () => {
      this.#parts.settings().then((found) => {
        settings = found
        seen = -1 // earlier use may pass the new thresholds
      }, trouble)
    }
    const look = async () => {
      if (settings === null || settings.at.length === 0) return
      if (settings.webhook === null && settings.command === null) return
      const ledger = await this.#parts.ledger()
      if (ledger.state.sequence === seen) return
      seen = ledger.state.sequence
      await this.#look(ledger, settings, { onTrouble, signal: ended.signal })
    }
    let looking = Promise.resolve()
    const timer = setInterval(() => {
      looking = looking.then(look).catch(trouble)
    }, LOOK_MS)
    timer.unref()
    const unwatch = this.#parts.watchSettings(read)
    read()
    dropOldMarks(this.#parts.home, Date.now()).catch(trouble)
    return () => {
      clearInterval(timer)
      unwatch()
      ended.abort()
    }
  }

  async #look(ledger: Ledger, settings: NoticeSettings, watching: Watching): Promise<void> {
    const now = ledger.now()
    const found: { id: string; passed: Passed }[] = []
    for (const [id, subject] of ledger.state.subjects) {
      if (!id.startsWith('acc_')) continue
      for (const passed of passedThresholds(subject, settings.at, now)) {
        if (isLong(passed.limit) && !this.#known.has(buildIdentity(id, passed, passed.highest)))
          found.push({ id, passed })
      }
    }
    if (found.length === 0) return
    const accounts = new Map((await this.#parts.accounts()).map((account) => [account.id, account]))
    for (const { id, passed } of found) {
      const account = accounts.get(id)
      if (account === undefined) {
        this.#known.add(buildIdentity(id, passed, passed.highest)) // removed accounts need no notice
        continue
      }
      const claimed = await this.#claim(account, passed, now)
      if (claimed === null) continue
      const notice = buildNotice(account, passed, ledger, now)
      void this.#tell(notice, settings, { ...claimed, ...watching })
    }
  }

  /** Marks the lower thresholds together with the highest, so that one notice reports them all. */
  async #claim(account: Account, passed: Passed, now: number): Promise<Claimed | null> {
    if (this.#known.size > MOST_REMEMBERED) this.#known.clear()
    const { metric, window } = passed.limit
    const mark: NoticeMark = {
      at: formatTime(now),
      account: account.id,
      metric,
      window,
      model: readModel(passed.limit),
      percent: passed.highest,
      result: null,
    }
    for (const percent of passed.lower) {
      const result = `told with ${passed.highest}%`
      await claimNotice(this.#parts.home, buildIdentity(account.id, passed, percent), {
        ...mark,
        percent,
        result,
      })
    }
    const identity = buildIdentity(account.id, passed, passed.highest)
    const store = await claimNotice(this.#parts.home, identity, mark)
    this.#known.add(identity)
    return store === null ? null : { store, mark }
  }

  async #tell(
    notice: Notice,
    settings: NoticeSettings,
    { store, mark, onTrouble, signal }: Claimed & Watching,
  ): Promise<void> {
    try {
      let left = settings
      let failed: Delivery[] = []
      for (const waitMs of [0, ...(this.#parts.retryMs ?? RETRY_MS)]) {
        if (waitMs > 0) await delay(waitMs, undefined, { signal, ref: false })
        failed = (await this.#deliver(notice, left)).filter(({ ok }) => !ok)
        left = onlyFailed(settings, failed)
        if (failed.length === 0) break
      }
      const reasons = failed.map(({ message }) => message).join('; ')
      await store({ ...mark, result: failed.length === 0 ? 'told' : reasons })
      if (failed.length > 0)
        onTrouble(`no notification reached its recipient: ${formatNotice(notice)}: ${reasons}`)
    } catch (error) {
      if (!signal.aborted) onTrouble(`notices: ${readMessage(error)}`)
    }
  }

  async #deliver(notice: AnyNotice, { webhook, command }: NoticeSettings): Promise<Delivery[]> {
    const deliveries: Promise<Delivery>[] = []
    if (webhook !== null) {
      const { userAgent } = this.#parts
      const agents = (await this.#parts.egress()).agents([], TIMEOUT_MS)
      deliveries.push(callWebhook(webhook, notice, { agents, userAgent, timeoutMs: TIMEOUT_MS }))
    }
    if (command !== null) {
      deliveries.push(runCommand(command, notice, { env: this.#parts.env, timeoutMs: COMMAND_TIMEOUT_MS }))
    }
    return Promise.all(deliveries)
  }
}

interface Watching {
  onTrouble: (message: string) => void
  signal: AbortSignal
}

interface Claimed {
  store: NoticeClaim
  mark: NoticeMark
}

function isLong({ clock }: LimitState): boolean {
  return clock.kind === 'calendar' || clock.lengthMs >= SHORTEST_WINDOW_MS
}

function readModel(limit: Passed['limit']): string | null {
  return 'model' in limit ? limit.model : null
}

/** Identifies one threshold of one limit in one window. */
function buildIdentity(account: string, { limit, window }: Passed, percent: number): string {
  return [account, limit.metric, limit.window, readModel(limit) ?? '', window, percent].join('\n')
}

function buildNotice(account: Account, { limit, highest }: Passed, ledger: Ledger, now: number): Notice {
  const { id, user, provider, name, groups } = account
  const subject = ledger.state.subjects.get(id)!
  const open = [...ledger.state.open.entries()].filter((one) => one.account === id)
  const use = {
    reserved: countReserved(subject, open, limit, now),
    trail: 'model' in limit ? null : subject.trail,
  }
  return {
    type: 'quota.threshold',
    test: false,
    at: formatTime(now),
    threshold: highest,
    account: { id, user, provider, name, groups },
    limit: limitView(limit, use, now),
  }
}

function trialNotice(now: Date, threshold: number): Notice {
  const resetsAt = formatTime(now.getTime() + 3_600_000)
  return {
    type: 'quota.threshold',
    test: true,
    at: now.toISOString(),
    threshold,
    account: { id: 'acc_0000000000000000', user: 'local', provider: 'sandbox', name: 'trial', groups: [] },
    limit: {
      metric: 'requests',
      window: 'day',
      windowMs: 86_400_000,
      max: 100,
      used: threshold,
      reserved: 0,
      remaining: 100 - threshold,
      resetsAt,
      source: 'configured',
      model: null,
      from: null,
      unpriced: false,
      forecast: null,
    },
  }
}

function onlyFailed({ at, webhook, command }: NoticeSettings, failed: Delivery[]): NoticeSettings {
  const isLeft = (way: Delivery['way']) => failed.some((delivery) => delivery.way === way)
  return { at, webhook: isLeft('webhook') ? webhook : null, command: isLeft('command') ? command : null }
}

function formatNotice({ account, limit, threshold }: Notice): string {
  return `${account.provider}/${account.name} has used ${threshold}% of ${limit.max} ${limit.metric}/${limit.window}`
}
