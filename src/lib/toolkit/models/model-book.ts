import { readFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Account } from '../../account/account.ts'
import type { ListedModel } from '../../provider/model-list.ts'
import type { Provider } from '../../provider/provider.ts'
import { namesInList } from '../../provider/model-list.ts'
import type { ServiceKnowledge } from '../../rotation/models/service-knowledge.ts'
import { nothingKnown } from '../../rotation/models/service-knowledge.ts'
import { writeAtomically } from '../../store/documents/files/atomic-write.ts'
import type { Home } from '../../store/home.ts'
import type { ModelPage, ServicePage } from './model-pages.ts'
import { emptyPage, parsePages, mergePages } from './model-pages.ts'

/** The time for which an answer proves that the account has the model. */
const ANSWER_HOLDS_MS = 30 * 86_400_000
/** The fields of an account that select its list. */
export type ServicePlace = Pick<Account, 'user' | 'provider' | 'baseUrl'> & {
  credential: Pick<Account['credential'], 'type'>
}

/** Per service: bounded because clients choose the names. */
const MOST_NOTES = 256
const WRITE_AFTER_MS = 500

/**
 * The models that services reported, cached between runs in the cache folder. One entry for each user, base URL and
 * kind of key. Processes share the file, and the newer entry wins. A damaged or unwritable file is not an error,
 * because it is a cache.
 */
export class ModelBook {
  readonly #file: string
  readonly #folder: string
  readonly #clock: () => number
  #pages = new Map<string, ServicePage>()
  readonly #knowledge = new Map<string, ServiceKnowledge>()
  #timer: NodeJS.Timeout | null = null
  #writing: Promise<void> = Promise.resolve()

  constructor(home: Pick<Home, 'cacheFolder'>, clock: () => number) {
    this.#folder = home.cacheFolder
    this.#file = join(home.cacheFolder, 'models.json')
    this.#clock = clock
  }

  /** Merges entries that this process does not have yet. */
  async read(): Promise<void> {
    const text = await readFile(this.#file, 'utf8').catch(() => null)
    if (text === null) return
    this.#pages = mergePages(parsePages(text), this.#pages)
    this.#knowledge.clear()
  }

  /** For selection: see `ServiceKnowledge`. */
  readKnowledge(account: Account): ServiceKnowledge {
    const place = buildPlaceKey(account)
    let known = this.#knowledge.get(place)
    if (known === undefined) this.#knowledge.set(place, (known = this.#know(place)))
    return known
  }

  /** The list from the account's service; null: unknown. */
  readList(account: Account): ModelPage | null {
    return this.#pages.get(buildPlaceKey(account))?.list ?? null
  }

  /** The last answer of each model at this account's service, by name: epoch milliseconds. */
  readAnswered(account: Account): ReadonlyMap<string, number> {
    return this.readKnowledge(account).answered
  }

  /** Stores a list from the account's service. Returns whether it contains news. */
  keepList(account: ServicePlace, models: readonly ListedModel[]): boolean {
    const page = this.#page(account)
    const isNew = page.list === null || listNames(page.list.models) !== listNames(models)
    page.list = { at: this.#clock(), models: [...models] }
    this.#changed(account)
    return isNew
  }

  /** Records an answer. One that selection knows already changes nothing: a large pool selects by it some seconds later. */
  noteAnswer(account: Account, model: string): void {
    if (this.readKnowledge(account).answered.has(model)) return
    note(this.#page(account).answered, model, this.#clock())
    this.#changed(account)
  }

  /** Writes pending changes. */
  async close(): Promise<void> {
    if (this.#timer !== null) this.#write()
    await this.#writing
  }

  #page(account: ServicePlace): ServicePage {
    const place = buildPlaceKey(account)
    let page = this.#pages.get(place)
    if (page === undefined) this.#pages.set(place, (page = emptyPage()))
    return page
  }

  #know(place: string): ServiceKnowledge {
    const page = this.#pages.get(place)
    if (page === undefined) return nothingKnown
    const now = this.#clock()
    return {
      key: JSON.stringify([place, page.list?.at, page.answered.size]),
      listed: page.list === null ? null : namesInList(page.list.models.map(({ id }) => id)),
      answered: since(page.answered, now - ANSWER_HOLDS_MS),
    }
  }

  #changed(account: ServicePlace): void {
    this.#knowledge.delete(buildPlaceKey(account))
    if (this.#timer !== null) return
    this.#timer = setTimeout(() => this.#write(), WRITE_AFTER_MS)
    this.#timer.unref()
  }

  #write(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#writing = this.#writing.then(() => this.#writeNow()).catch(() => undefined)
  }

  async #writeNow(): Promise<void> {
    await this.read()
    const services = [...this.#pages].map(([place, { list, answered }]) => ({
      place,
      list,
      answered: [...answered],
    }))
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    await writeAtomically(this.#file, JSON.stringify({ version: 1, services }))
  }
}

/** The models of an account: its own `--model` list, else its service's list, else qwenctl's list for the service. */
export function listFor(
  account: Account,
  provider: Pick<Provider, 'models' | 'simulated'>,
  book: Pick<ModelBook, 'readList'>,
): readonly ListedModel[] {
  const named = (ids: readonly string[]) => ids.map((id) => ({ id, created: null }))
  if (account.models !== null) return named(account.models)
  const list = provider.simulated ? null : book.readList(account)
  return list === null ? named(provider.models) : list.models
}

/**
 * Accounts of one place share a list: the same user, base URL and kind of key. A service lists an organisation's own
 * models to that organisation alone.
 */
export function buildPlaceKey({ user, provider, baseUrl, credential }: ServicePlace): string {
  return JSON.stringify([user, provider, baseUrl, credential.type])
}

function note(notes: Map<string, number>, name: string, at: number): void {
  notes.delete(name)
  notes.set(name, at)
  for (const oldest of notes.keys()) {
    if (notes.size <= MOST_NOTES) return
    notes.delete(oldest)
  }
}

function since(notes: ReadonlyMap<string, number>, earliest: number): Map<string, number> {
  return new Map([...notes].filter(([, at]) => at >= earliest))
}

function listNames(models: readonly ListedModel[]): string {
  return models.map(({ id }) => id).join('\n')
}
