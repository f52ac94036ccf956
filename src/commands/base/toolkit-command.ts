import { Args, Flags } from '@oclif/core'
import { BaseCommand } from '../../lib/terminal/base-command.ts'
import { callWithinBounds } from '../../lib/terminal/plugins/bounded-call.ts'
import { openToolkit } from '../../lib/toolkit/open-toolkit.ts'
import type { ToolkitOptions } from '../../lib/toolkit/open-toolkit.ts'
import type { AccountFilter, Toolkit } from '../../lib/toolkit/toolkit.ts'
import type { AccountView } from '../../lib/toolkit/views.ts'
import { formatEmpty } from '../../lib/terminal/accounts/empty-messages.ts'
import { formatAccountCard } from '../../lib/terminal/accounts/account-card.ts'
import { warnOfUnpriced } from '../../lib/toolkit/prices/unpriced.ts'
import type { Look } from '../../lib/terminal/quota/quota-table.ts'

/** Checks of credentials at once: enough to hide the latency of providers, too few to look like an attack. */
export const AT_ONCE = 8

/** A command over the toolkit, which opens on first use and closes when the command ends. */
export abstract class ToolkitCommand extends BaseCommand {
  // Declared again, because oclif stops at a class without a static of its own when it collects inherited flags.
  static override enableJsonFlag = true

  private opened: Toolkit | undefined
  /** Toolkit options from flags; set them before the first use of the toolkit. */
  protected toolkitFlags: Pick<ToolkitOptions, 'ca'> = {}
  private readonly told = new Set<string>()

  protected get toolkit(): Toolkit {
    this.opened ??= openToolkit({
      env: process.env,
      loadProviders: () => this.askForProviders(this.toolkit.home.cacheFolder),
      callPlugin: callWithinBounds,
      ...this.toolkitFlags,
    })
    return this.opened
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    if (this.opened !== undefined) {
      this.tellWarnings()
      await this.opened.close()
    }
    await super.finally(error)
  }

  /** Prints the warnings that were not printed yet. A long-running command calls this at its start too. */
  protected tellWarnings(): void {
    for (const warning of this.opened?.warnings() ?? []) {
      if (!this.told.has(warning)) this.caution(warning)
      this.told.add(warning)
    }
  }
}

/** A command over accounts of one user, which `--user` selects. */
export abstract class AccountCommand extends ToolkitCommand {
  static override baseFlags = {
    user: Flags.string({
      description: "only this user's accounts",
      helpValue: 'USER',
      helpGroup: 'GLOBAL',
    }),
  }

  protected get look(): Look {
    const columns = process.stdout.isTTY ? process.stdout.columns : null
    return { palette: this.palette, unicode: this.unicode, columns }
  }

  /** The advice for an empty list, with the near value of a mistyped filter. */
  protected async tellEmpty(filter: AccountFilter, status?: string): Promise<void> {
    const isFiltered = Object.keys(filter).length > 0
    this.tell(formatEmpty(filter, isFiltered ? await this.toolkit.accounts.list({}) : [], status))
  }

  protected printCard(account: AccountView): void {
    this.print(formatAccountCard(account, new Date().toISOString(), this.look))
  }

  /** Warns of a limit in dollars that counts nothing. */
  protected async warnOfUnpriced(account: AccountView): Promise<void> {
    const warning = await warnOfUnpriced(this.toolkit, account)
    if (warning !== null) this.caution(warning)
  }
}

// Without `ignoreStdin` oclif fills a missing argument from standard input, which may hold a key.
export const accountArgument = Args.string({
  description: 'name, provider/name, user:provider/name or id of an account',
  ignoreStdin: true,
})

export const requiredAccountArgument = Args.string({
  description: 'name, provider/name, user:provider/name or id of an account',
  required: true,
  ignoreStdin: true,
})

export const accountArguments = Args.string({
  description: 'accounts: name, provider/name, user:provider/name or id',
  multiple: true,
  ignoreStdin: true,
})

export const requiredAccountArguments = Args.string({
  description: 'accounts: name, provider/name, user:provider/name or id',
  multiple: true,
  required: true,
  ignoreStdin: true,
})

export const clientKeyArgument = Args.string({
  description: 'name of the key',
  required: true,
  ignoreStdin: true,
})

export const jobArgument = Args.string({
  description: 'name of a job',
  required: true,
  ignoreStdin: true,
})

export const batchArgument = Args.string({
  description: 'id, the start of it, or the file',
  required: true,
  ignoreStdin: true,
})

export const providerFlag = Flags.string({
  char: 'p',
  description: 'only accounts at this provider',
  helpValue: 'PROVIDER',
})

export const groupFlag = Flags.string({
  char: 'g',
  description: 'only accounts of this group',
  helpValue: 'GROUP',
})

export const yesFlag = Flags.boolean({
  char: 'y',
  description: 'skip the confirmation',
})

/** The filter from the flags of a command, without missing fields. */
export function buildFilter(flags: {
  user?: string | undefined
  provider?: string | undefined
  group?: string | undefined
}): AccountFilter {
  const { user, provider, group } = flags
  return {
    ...(user === undefined || user === '' ? {} : { user }),
    ...(provider === undefined ? {} : { provider }),
    ...(group === undefined ? {} : { group }),
  }
}
