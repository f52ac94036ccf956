import { tryParseJson } from '../../base/text/try-parse-json.ts'
import { isQwenctlError } from '../../base/errors.ts'
import type { Dialect } from '../../provider/provider.ts'
import { readModelList } from '../../provider/model-list.ts'
import type { Member } from '../../rotation/pool/member.ts'
import type { ModelBook } from '../../toolkit/models/model-book.ts'
import { buildPlaceKey } from '../../toolkit/models/model-book.ts'
import { FetchBackoff } from './fetch-backoff.ts'
import type { LivePool } from './live-pool.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'

/** Services change their models monthly. Users of this machine add a model and ask for it at once. */
const REFRESH_MS = 3_600_000
const REFRESH_LOCAL_MS = 60_000
/** An upstream that does not answer in time is left out. Clients wait a few seconds at most. */
const ASK_MS = 2_500
/**
 * A new account waits for the list of a server on this machine. Its models must not be requested elsewhere.
 */
const LOCAL_ASK_MS = 1_000
const MOST_AT_ONCE = 4
/** Most servers on one machine that a start waits for. */
const MOST_AWAITED = 16
const MOST_LIST_BYTES = 4 << 20

const isLocal = (member: Member): boolean => member.isLocal

/** With one service, every request goes there, with or without a list. So lists decide nothing then. */
function hasSeveralServices(members: readonly Member[]): boolean {
  return new Set(members.map(({ account }) => buildPlaceKey(account))).size > 1
}

export interface ModelListsParts {
  upstreams: UpstreamPool
  book: ModelBook
  clock: () => number
}

/**
 * Fetches the model lists of the accounts' services: one for each base URL and kind of key. Disabled accounts
 * have none.
 */
export class ModelLists {
  readonly #parts: ModelListsParts
  readonly #underWay = new Map<string, Promise<boolean>>()
  readonly #backoff = new FetchBackoff(REFRESH_LOCAL_MS)
  #timer: NodeJS.Timeout | null = null
  #isOn: boolean

  /** `isOn`: lists are fetched even without a client that asks for them. */
  constructor(parts: ModelListsParts, isOn: boolean) {
    this.#parts = parts
    this.#isOn = isOn
  }

  /** Starts to fetch at intervals, if `isOn` is set. */
  run(live: LivePool, isOn = this.#isOn): void {
    this.close()
    this.#isOn = isOn
    if (!isOn) return
    this.#timer = setInterval(() => void this.#refreshDue(live, live.pool.members), REFRESH_LOCAL_MS)
    this.#timer.unref()
    void this.#refreshDue(live, live.pool.members)
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
  }

  /**
   * Runs before requests see these accounts. Resolves when the servers on this machine have listed their
   * models, or will not soon. The other lists come later.
   */
  async admit(live: LivePool, members: readonly Member[]): Promise<void> {
    if (!this.#isOn || !hasSeveralServices(members)) return
    const local = this.#duePlaces(members.filter(isLocal), REFRESH_LOCAL_MS)
    const awaited = local.slice(0, MOST_AWAITED).map((member) => this.#fetch(live, member, LOCAL_ASK_MS))
    void this.#refreshDue(live, members)
    await Promise.all(awaited)
  }

  async #refreshDue(live: LivePool, members: readonly Member[]): Promise<void> {
    if (!hasSeveralServices(members)) return
    await this.#fetchAll(live, this.#duePlaces(members.filter(isLocal), REFRESH_LOCAL_MS))
    await this.#fetchAll(live, this.#duePlaces(members, REFRESH_MS))
  }

  /** Fetches the lists that are older than `mostAgeMs` because a client asks, and gives them to the pool. */
  async refresh(live: LivePool, members: readonly Member[], mostAgeMs: number): Promise<void> {
    await this.#fetchAll(live, this.#choosePlaces(members, mostAgeMs))
  }

  async #fetchAll(live: LivePool, due: Member[]): Promise<void> {
    let hasNews = false
    const work = async () => {
      for (let member = due.shift(); member !== undefined; member = due.shift()) {
        if (await this.#fetch(live, member, ASK_MS)) hasNews = true
      }
    }
    await Promise.all(Array.from({ length: Math.min(MOST_AT_ONCE, due.length) }, work))
    if (hasNews) live.applyLearnedModels()
  }

  /** As `#choosePlaces`, without places at which a fetch failed a short time ago. */
  #duePlaces(members: readonly Member[], mostAgeMs: number): Member[] {
    const now = this.#parts.clock()
    return this.#choosePlaces(members, mostAgeMs).filter(({ account }) =>
      this.#backoff.isDue(buildPlaceKey(account), now),
    )
  }

  #choosePlaces(members: readonly Member[], mostAgeMs: number): Member[] {
    const { book, clock } = this.#parts
    const places = new Map<string, Member>()
    for (const member of members) {
      const { account, provider, hasCredential, service } = member
      if (service !== null) continue // its API has no models
      if (!account.enabled || !hasCredential || account.models !== null || provider.simulated) continue
      const place = buildPlaceKey(account)
      const list = book.readList(account)
      const isFresh = list !== null && clock() - list.at < mostAgeMs
      if (!isFresh && !places.has(place)) places.set(place, member)
    }
    return [...places.values()]
  }

  /** True: the list has something new. Concurrent callers for the same list share one fetch. */
  #fetch(live: LivePool, member: Member, timeoutMs: number): Promise<boolean> {
    const place = buildPlaceKey(member.account)
    let fetching = this.#underWay.get(place)
    if (fetching === undefined) {
      fetching = this.#fetchNow(live, member, timeoutMs).finally(() => this.#underWay.delete(place))
      this.#underWay.set(place, fetching)
    }
    return fetching
  }

  async #fetchNow(live: LivePool, member: Member, timeoutMs: number): Promise<boolean> {
    const models = readModelList(await this.#ask(live, member, timeoutMs).catch(() => undefined))
    this.#backoff.note(buildPlaceKey(member.account), models !== null, this.#parts.clock())
    return models !== null && this.#parts.book.keepList(member.account, models)
  }

  /**
   * The upstream's own list, parsed; undefined without one. The fetch is no model call, so it is not counted.
   */
  async #ask(live: LivePool, member: Member, timeoutMs: number): Promise<unknown> {
    const dialect = listDialects.find((one) => member.dialects.has(one)) ?? 'openai'
    const target = await live.targets.build(member, dialect).catch(() => null)
    if (target === null || isQwenctlError(target)) return undefined
    const path = `${target.base.path}/models${wholeList[dialect]}`
    const versions = dialect === 'anthropic' ? ['anthropic-version', '2023-06-01'] : []
    return new Promise((resolve) => {
      const chunks: Buffer[] = []
      let status = 0
      let length = 0
      const timer = setTimeout(() => give(undefined), timeoutMs)
      const call = this.#parts.upstreams.call(
        target.origin,
        {
          method: 'GET',
          path,
          more: target.authHeaders,
          headers: ['accept', 'application/json', 'accept-encoding', 'identity', ...versions],
          body: null,
        },
        {
          onHead: (head) => (status = head.status),
          onData: (chunk) => {
            length += chunk.length
            if (length > MOST_LIST_BYTES) give(undefined)
            else chunks.push(Buffer.from(chunk))
          },
          onEnd: () =>
            give(status === 200 ? tryParseJson(Buffer.concat(chunks).toString('utf8')) : undefined),
          onError: () => give(undefined),
        },
      )
      function give(value: unknown): void {
        clearTimeout(timer)
        call.abort()
        resolve(value)
      }
    })
  }
}

const listDialects: readonly Dialect[] = ['openai', 'anthropic', 'gemini']

/**
 * The queries for a whole list. Anthropic returns 20 models by default, Google 50, and both up to 1000
 * (https://docs.anthropic.com/en/api/models-list and https://ai.google.dev/api/models, 2026-11).
 */
const wholeList: Readonly<Record<Dialect, string>> = {
  openai: '',
  anthropic: '?limit=1000',
  gemini: '?pageSize=1000',
}
