import { formatTime } from '../../base/iso-time.ts'
import type { Account } from '../../account/account.ts'
import { shortReference } from '../../account/account.ts'
import type { Notice } from '../../quota/ledger.ts'
import type { LedgerState } from '../../quota/log/state.ts'
import { describeRefusedCredential } from '../../rotation/cooldowns/account-trouble.ts'
import { FIRST_TEST_MS } from '../../rotation/cooldowns/cooling.ts'
import { findUnusable } from '../../rotation/cooldowns/unusable-credential.ts'
import type { Toolkit } from '../../toolkit/toolkit.ts'

export interface ClosedAccountsOptions {
  accounts: Pick<Toolkit['accounts'], 'findClosed'>
  ledger: { readonly state: LedgerState; now(): number }
  record: (notices: Notice[], account: Account) => void
  onTrouble: (message: string) => void
}

/** Finds accounts with secrets that do not open before a request meets them. The others serve. */
export class ClosedAccounts {
  readonly #options: ClosedAccountsOptions
  /** The sealed secrets that were tried, by account. */
  readonly #tried = new Map<string, string>()

  constructor(options: ClosedAccountsOptions) {
    this.#options = options
  }

  /**
   * Opens what is new or changed. An account that does not open gets a cooldown, as after a failed attempt. One that
   * opens again loses it. Throws `vault_locked` or `store_corrupt` if the vault itself does not open.
   */
  async check(accounts: readonly Account[]): Promise<void> {
    this.#forgetAllBut(accounts)
    for (const account of accounts) {
      const sealed = joinSealed(account)
      if (!account.enabled || sealed === '' || this.#tried.get(account.id) === sealed) continue
      const closed = await this.#options.accounts.findClosed(account)
      this.#tried.set(account.id, sealed)
      if (closed === null) this.#end(account)
      else this.#begin(account, closed.message)
    }
  }

  #forgetAllBut(accounts: readonly Account[]): void {
    const present = new Set(accounts.map(({ id }) => id))
    for (const id of this.#tried.keys()) if (!present.has(id)) this.#tried.delete(id)
  }

  #begin(account: Account, evidence: string): void {
    const { ledger, record, onTrouble } = this.#options
    const { words, fix } = describeRefusedCredential(account, evidence)
    onTrouble(`${shortReference(account)} does not serve: ${words}; ${fix}`)
    if (this.#findRefusal(account) !== undefined) return
    const until = formatTime(ledger.now() + FIRST_TEST_MS)
    record(
      [{ type: 'cool', subject: account.id, until, reason: 'auth-dead', guessed: true, evidence }],
      account,
    )
  }

  #end(account: Account): void {
    const refusal = this.#findRefusal(account)
    const kind = refusal === undefined ? undefined : findUnusable(refusal.evidence)?.kind
    if (kind === undefined || kind === 'plugin') return
    this.#options.record([{ type: 'clear', subject: account.id, model: '*' }], account)
  }

  #findRefusal({ id }: Account) {
    const whole = this.#options.ledger.state.subjects.get(id)?.cooldowns.get('*')
    return whole?.reason === 'auth-dead' ? whole : undefined
  }
}

function joinSealed({ credential, egressProxy }: Account): string {
  const own = credential.type === 'none' ? '' : credential.sealed
  return egressProxy === null ? own : `${own} ${egressProxy.sealed}`
}
