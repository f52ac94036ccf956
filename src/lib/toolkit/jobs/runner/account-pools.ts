import { randomBytes } from 'node:crypto'
import type { Account } from '../../../account/account.ts'
import { slotKey } from '../../../quota/log/job-slots.ts'
import type { Job } from '../../../schedule/job.ts'
import type { Pool } from '../../ask/pool-client.ts'
import type { Toolkit } from '../../toolkit.ts'

const KEY_LIFE = '7d'
/** A key is replaced well before it expires. */
const USED_MS = 6 * 86_400_000

interface OwnKey {
  name: string
  secret: string
  until: number
}

/**
 * A pool for each job and account, with a client key that only this account serves. The name of the key marks the
 * requests in logs. Its id does so in the history. The keys end with `close`.
 */
export class AccountPools {
  readonly #toolkit: Pick<Toolkit, 'keys'>
  readonly #url: () => string
  readonly #keys = new Map<string, Promise<OwnKey>>()

  constructor(toolkit: Pick<Toolkit, 'keys'>, url: () => string) {
    this.#toolkit = toolkit
    this.#url = url
  }

  async poolFor(account: Account, job: Job): Promise<Pool> {
    const known = this.#keys.get(slotKey(job.id, account.id))
    const key = known === undefined ? null : await known
    const { secret } = key !== null && key.until > Date.now() ? key : await this.#make(account, job)
    return { url: this.#url(), secret }
  }

  async close(): Promise<void> {
    for (const key of this.#keys.values()) {
      const made = await key.catch(() => null)
      if (made !== null) await this.#toolkit.keys.revoke(made.name).catch(() => undefined) // it expires
    }
    this.#keys.clear()
  }

  #make(account: Account, job: Job): Promise<OwnKey> {
    const place = slotKey(job.id, account.id)
    const name = `job-${job.name.slice(0, 46)}-${randomBytes(5).toString('hex')}`
    const wanted = {
      name,
      user: account.user,
      accounts: [account.id],
      expires: KEY_LIFE,
      isTemporary: true,
      job: job.id,
    }
    const made = this.#toolkit.keys
      .create(wanted)
      .then(({ secret }) => ({ name, secret, until: Date.now() + USED_MS }))
    this.#keys.set(place, made)
    made.catch(() => this.#keys.delete(place))
    return made
  }
}
