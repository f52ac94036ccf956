import { homedir } from 'node:os'
import { Flags } from '@oclif/core'
import { QwenctlError } from '../lib/base/errors.ts'
import type { AccountFilter } from '../lib/toolkit/toolkit.ts'
import type { ProxyView } from '../lib/toolkit/proxies.ts'
import { listElsewhere } from '../lib/toolkit/shared-proxies.ts'
import type { QuotaDocument } from '../lib/toolkit/views.ts'
import { addAccountAside } from './base/top-add.ts'
import { AccountCommand, buildFilter, groupFlag } from './base/toolkit-command.ts'

const LEAST_SECONDS = 0.2
const MOST_SECONDS = 3600

/** The document of `top --json`: the content of the screen at one moment. */
export interface TopDocument {
  quota: QuotaDocument
  proxies: ProxyView[]
}

export default class Top extends AccountCommand {
  static override summary = 'watch and control all accounts, live'
  static override description =
    'A screen with all accounts, what is left of their limits, and live requests of the proxies. Keys enable, disable, reset, check and add accounts; ? lists the keys. It reads the files of this home, so it works with any number of running proxies, or none. --json prints one snapshot and ends.'
  static override examples = [
    '<%= config.bin %> top',
    '<%= config.bin %> top --group night --interval 5',
    '<%= config.bin %> top --json | jq .quota.totals',
  ]
  static override flags = {
    group: groupFlag,
    interval: Flags.string({
      char: 'i',
      description: `seconds between updates of the counts, ${LEAST_SECONDS} to ${MOST_SECONDS}; requests appear as they end`,
      default: '1',
      helpValue: 'SECONDS',
    }),
  }

  async run(): Promise<TopDocument | undefined> {
    const { flags } = await this.parse(Top)
    const filter = buildFilter(flags)
    const intervalMs = parseInterval(flags.interval)
    if (this.jsonEnabled()) {
      const { home, quotas, proxies } = this.toolkit
      const quota = await quotas.show([], filter)
      return { quota, proxies: [...proxies.list(), ...(await listElsewhere(home).catch(() => []))] }
    }
    requireTerminal()
    process.exitCode = await this.show(filter, intervalMs)
    return undefined
  }

  private async show(filter: AccountFilter, intervalMs: number): Promise<number> {
    const { runScreen } = await import('../lib/screen/run-screen.ts')
    const { home } = this.toolkit
    return runScreen({
      toolkit: this.toolkit,
      filter,
      intervalMs,
      clock: Date.now,
      facts: {
        user: filter.user ?? null,
        group: filter.group ?? null,
        home: shortPath(home.root ?? home.dataFolder),
      },
      stdin: process.stdin,
      stdout: process.stdout,
      look: { unicode: this.unicode },
      palette: this.palette,
      addAccount: () => addAccountAside(filter),
    })
  }
}

function parseInterval(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN
  if (seconds >= LEAST_SECONDS && seconds <= MOST_SECONDS) return seconds * 1000
  throw new QwenctlError('invalid_value', `--interval "${text}" is not a number of seconds`, {
    hint: `write ${LEAST_SECONDS} to ${MOST_SECONDS}, for example 0.5 or 2`,
  })
}

function requireTerminal(): void {
  const hint = 'qwenctl quota show prints the accounts once, qwenctl top --json everything as a document'
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new QwenctlError('invalid_usage', 'top needs a terminal', { hint })
  if (process.env['TERM'] === 'dumb')
    throw new QwenctlError('invalid_usage', 'this terminal (TERM=dumb) cannot draw a screen', { hint })
}

function shortPath(path: string): string {
  const own = homedir()
  return own !== '' && path.startsWith(`${own}/`) ? `~${path.slice(own.length)}` : path
}
