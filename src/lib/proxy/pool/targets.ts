import { redact } from '../../account/mask.ts'
import { QwenctlError, isQwenctlError, readMessage } from '../../base/errors.ts'
import type { Dialect } from '../../provider/provider.ts'
import type { Member } from '../../rotation/pool/member.ts'
import type { Toolkit } from '../../toolkit/toolkit.ts'
import type { UpstreamPool } from '../upstream/upstream-pool.ts'
import type { Target } from './target.ts'
import { Bases, buildTarget } from './target.ts'

export interface TargetsOptions {
  accounts: Pick<Toolkit['accounts'], 'access' | 'readEgress'>
  upstreams: Pick<UpstreamPool, 'origin'>
  /** The upstream of simulated accounts. */
  sandboxBase: () => Promise<string>
  /** Epoch milliseconds of the ledger's clock. */
  now: () => number
}

/** The targets of the pool's accounts: each is built at its first use, and kept while it holds. */
export class Targets {
  readonly #options: TargetsOptions
  #built = noTargets()
  #bases = new Bases()
  /** Ids of the accounts without headers from their plugin at the last attempt. */
  readonly #pluginFaults = new Set<string>()
  /** Bases that refused the usage option of streams, while the proxy runs. */
  readonly #withoutUsageOption = new Set<string>()

  constructor(options: TargetsOptions) {
    this.#options = options
  }

  /** The built target of a member; undefined if there is none that still holds. */
  current(member: Member, dialect: Dialect): Target | undefined {
    const target = this.#built[dialect].get(member.account.id)
    return target === undefined || target.until === Infinity || target.until > this.#options.now()
      ? target
      : undefined
  }

  /**
   * Builds the target of a member, or returns the error. The credential or egress proxies may not open
   * (`store_corrupt`, `vault_locked`) or not be usable. The login may not be renewable. Never throws: another
   * account may serve. `refused`: the token that the provider has just refused.
   */
  async build(member: Member, dialect: Dialect, refused?: string): Promise<Target | QwenctlError> {
    const { account, provider } = member
    const { accounts, sandboxBase, upstreams } = this.#options
    const built = this.#built
    const bases = this.#bases
    // Requests side by side meet one fault together, and that is one exception.
    const failedBefore = this.#pluginFaults.has(account.id)
    let target: Target
    try {
      const access = await accounts.access(account, refused)
      const via = await accounts.readEgress(account)
      const opened = { access, via, sandboxBase: provider.simulated ? await sandboxBase() : null }
      target = buildTarget({ account, provider, dialect }, opened, { upstreams, bases })
    } catch (error) {
      return this.#readFailure(error, account.id, failedBefore)
    }
    this.#pluginFaults.delete(account.id)
    if (this.#withoutUsageOption.has(formatBase(target))) target.takesUsageOption = false
    built[dialect].set(account.id, target)
    return target
  }

  /** A single exception of a plugin says little. The next one in a row is a fault of the account. */
  #readFailure(error: unknown, accountId: string, failedBefore: boolean): QwenctlError {
    if (!isQwenctlError(error)) return unprepared(error)
    if (error.code !== 'plugin_failed') return error
    this.#pluginFaults.add(accountId)
    return failedBefore ? error : unprepared(error)
  }

  /** Records that the account refused the usage option of streams. It is not sent again while the proxy runs. */
  omitUsageOption(target: Target): void {
    target.takesUsageOption = false
    this.#withoutUsageOption.add(formatBase(target))
  }

  /** Forgets all targets: an account may have another credential or address now. */
  clear(): void {
    this.#built = noTargets()
    this.#bases = new Bases()
    this.#pluginFaults.clear()
  }
}

/** A fault in the preparation of this one account, for instance in a provider plugin. */
function unprepared(error: unknown): QwenctlError {
  return new QwenctlError('failed', `its requests cannot be prepared: ${redact(readMessage(error), [])}`)
}

/** Targets by account, for each dialect. */
function noTargets(): Record<Dialect, Map<string, Target>> {
  return { openai: new Map(), anthropic: new Map(), gemini: new Map() }
}

function formatBase({ origin, base }: Target): string {
  return origin.name + base.path
}
