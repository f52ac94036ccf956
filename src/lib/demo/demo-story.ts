import { formatTime } from '../base/iso-time.ts'
import { formatIn } from '../terminal/format/format-time.ts'
import type { DemoReply } from './demo-client.ts'
import type { DemoAccount } from './demo-stage.ts'

/** A message, with the request at which the event happened. */
export interface Beat {
  request: number
  text: string
  tone: 'good' | 'warn' | 'bad'
}

/** The mark of one request: the account that answered, or null if none did. */
export interface Mark {
  account: string | null
  isStreamed: boolean
}

/** The response when every account is out. Times in RFC 3339. */
export interface PoolOut {
  retryAfterMs: number
  /** The account that returns first, and its time. */
  account: string
  resetsAt: string
  message: string
}

/** The events so far; the picture, the plain lines and the summary all read them. */
export class DemoStory {
  readonly url: string
  readonly beats: Beat[] = []
  readonly marks: Mark[] = []
  accounts: DemoAccount[]
  /** The account that answered last; null before the first answer, and once every account is out. */
  serving: string | null = null
  revoked: string | null = null
  failedOver = 0
  poolOut: PoolOut | null = null

  constructor(url: string, accounts: DemoAccount[]) {
    this.url = url
    this.accounts = accounts
  }

  get sent(): number {
    return this.marks.length
  }

  get answered(): number {
    return this.marks.filter(({ account }) => account !== null).length
  }

  get streamed(): number {
    return this.marks.filter(({ account, isStreamed }) => account !== null && isStreamed).length
  }

  answeredBy(name: string): number {
    return this.marks.filter(({ account }) => account === name).length
  }

  /** Whether the program, qwenctl and the simulated provider counted the same, account by account. */
  get agrees(): boolean {
    return this.accounts.every(
      ({ name, counted, upstream }) => counted === upstream && counted === this.answeredBy(name),
    )
  }

  revokeKey(name: string): void {
    this.revoked = name
    this.#tell('warn', `the key of ${name} is revoked at the provider`)
  }

  answeredWith({ account, attempts, isStreamed }: DemoReply, accounts: DemoAccount[], now: number): void {
    const before = this.serving
    this.accounts = accounts
    this.marks.push({ account, isStreamed })
    this.serving = account
    if (attempts > 1) this.failedOver += 1
    if (account === before) return
    if (before === null) return this.#tell('good', `${account} goes first: its priority number is the lowest`)
    const takesOver = attempts > 1 ? `answers the same request, at attempt ${attempts}` : 'takes over'
    this.#tell('warn', `${before} is out: ${this.#whyOut(before, now)}; ${account} ${takesOver}`)
  }

  /** Every account is out. The first to return comes from the quota document; the wait comes from the response. */
  refusedWith({ retryAfter, message, isStreamed }: DemoReply, accounts: DemoAccount[]): void {
    this.accounts = accounts
    this.marks.push({ account: null, isStreamed })
    this.serving = null
    const first = earliest(accounts)
    if (first === null || retryAfter === null) return
    const { name, availableAt } = first
    this.poolOut = {
      retryAfterMs: retryAfter * 1000,
      account: name,
      resetsAt: availableAt,
      message: message ?? '',
    }
    const returns = `${name} returns first, at ${utcMinute(availableAt)}`
    this.#tell('bad', `429, retry-after ${retryAfter} s: ${returns}`)
  }

  #whyOut(name: string, now: number): string {
    const account = this.accounts.find((one) => one.name === name)
    const why = account?.statusReason ?? 'it refuses'
    if (account === undefined || account.availableAt === null) return why
    return `${why}, back ${formatIn(account.availableAt, formatTime(now))}`
  }

  #tell(tone: Beat['tone'], text: string): void {
    this.beats.push({ request: this.sent, text, tone })
  }
}

function earliest(accounts: DemoAccount[]): { name: string; availableAt: string } | null {
  let first: { name: string; availableAt: string } | null = null
  for (const { name, availableAt } of accounts) {
    if (availableAt !== null && (first === null || availableAt < first.availableAt))
      first = { name, availableAt }
  }
  return first
}

/** `2026-11-23 00:00 UTC` */
function utcMinute(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`
}
