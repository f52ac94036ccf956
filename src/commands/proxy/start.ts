import { setFlagsFromString } from 'node:v8'
import { Flags } from '@oclif/core'
import { QwenctlError, messageOf } from '../../lib/errors.ts'
import type { AttemptReport } from '../../lib/proxy/live-pool.ts'
import type { ProxyEvents } from '../../lib/proxy/start-proxy.ts'
import { standingOf } from '../../lib/toolkit/account-status.ts'
import type { ProxyView } from '../../lib/toolkit/proxies.ts'
import { strategyNames } from '../../lib/toolkit/settings-table.ts'
import { untilAskedToEnd } from '../base/end-signals.ts'
import { lazyManagement } from '../base/proxy-management.ts'
import { accountsWords, attemptLine, listeningWords, stamp } from '../base/proxy-words.ts'
import { rotationFlags, useRotationFlags } from '../base/rotation-flags.ts'
import { AccountCommand } from '../base/toolkit-command.ts'
import { Turnover } from '../base/turnover.ts'

const START_MS = 20_000

export default class ProxyStart extends AccountCommand {
  static override summary = 'start the proxy: one local endpoint over all accounts'
  static override description =
    'OpenAI and Anthropic clients use it unchanged. Every request goes to an account that can take it, and on to the next when one is out. Accounts that are added, changed, disabled or reset meanwhile, and changes of most settings, are in force within a second. Ctrl-C lets requests under way end.'
  static override examples = [
    '<%= config.bin %> proxy start',
    '<%= config.bin %> proxy start --port 3000 --strategy round-robin',
    '<%= config.bin %> proxy start --reserve 20% --wait 30s',
    '<%= config.bin %> proxy start --detach',
  ]
  static override flags = {
    port: Flags.integer({ description: 'port; 0 picks a free one', min: 0, max: 65_535, helpValue: '3000' }),
    host: Flags.string({ description: 'address to listen on', helpValue: '127.0.0.1' }),
    strategy: Flags.string({ description: 'which account serves next', options: [...strategyNames] }),
    ...rotationFlags,
    ca: Flags.string({
      description: 'trust the certificates of this file (PEM) too (repeat for several)',
      helpValue: 'FILE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    detach: Flags.boolean({ char: 'd', description: 'run in the background', default: false }),
    verbose: Flags.boolean({ char: 'v', description: 'a line for every request, not only for troubles' }),
  }

  private unregister: () => void = () => undefined
  /** Says anew what changed with the configuration. */
  private retold: (strategy: string) => void = () => undefined

  async run(): Promise<void> {
    const { flags } = await this.parse(ProxyStart)
    this.toolkitFlags = { ca: flags.ca }
    useRotationFlags(flags, process.env)
    if (flags.detach) return this.startDetached()
    process.stderr.on('error', () => undefined) // a proxy outlives the terminal or the reader of its words
    keepRequestsOutOfOldSpace()
    const { startProxy } = await import('../../lib/proxy/start-proxy.ts')
    const { readProxySettings } = await import('../../lib/proxy/proxy-settings.ts')
    const read = () => readProxySettings(this.toolkit.settings, flags, process.env)
    const settings = await read()
    const { host, user } = settings
    let { strategy } = settings
    const startedAt = new Date().toISOString()
    const management = lazyManagement({
      ...{ toolkit: this.toolkit, user, onTrouble: (message) => this.caution(message) },
      proxy: () => ({ url, pid: process.pid, startedAt, strategy, workers: 1, inFlight: proxy.inFlight }),
    })
    await this.makeAdminToken()
    const onSettings: ProxyEvents['onSettings'] = (next) => {
      strategy = next.strategy
      this.retold(strategy)
    }
    const events = { ...(await this.events(flags.verbose)), onSettings }
    const isAdmin = (presented: string | null) => this.toolkit.admin.isAdmin(presented)
    const proxy = await startProxy(this.toolkit, { ...settings, management, isAdmin }, events, read)
    const askedToEnd = untilAskedToEnd()
    const { url, port, accounts } = proxy
    const view = { pid: process.pid, url, host, port, accounts, strategy, startedAt }
    this.retold = (now) => {
      const before = this.unregister
      this.unregister = this.toolkit.proxies.register({ ...view, strategy: now })
      before()
      this.sayNow('The configuration has changed, and is in force.')
    }
    this.unregister = this.toolkit.proxies.register(view)
    process.on('exit', () => this.unregister())
    if (this.jsonEnabled())
      this.sayNow(`${url} answers for ${accountsWords(accounts)}, strategy ${strategy}.`)
    this.announce(view)
    this.tellWarnings()
    await askedToEnd
    const left = proxy.inFlight
    if (left > 0)
      this.sayNow(`Ending after ${left} request${left === 1 ? '' : 's'} under way. Again: at once.`)
    await proxy.stop()
    this.sayNow('Stopped.')
  }

  /** Known as running until its last count is written, so that `proxy stop` returns when all is told. */
  protected override async finally(error: Error | undefined): Promise<void> {
    await super.finally(error)
    this.unregister()
  }

  /** Made with the first start. Without one the proxy serves as ever; what is wrong is said again where it is asked for. */
  private async makeAdminToken(): Promise<void> {
    await this.toolkit.admin.token().catch((error: unknown) => this.caution(messageOf(error)))
  }

  /** What the proxy has to say while it runs: troubles, who takes over from whom, and every request where wanted. */
  private async events(isVerbose: boolean): Promise<ProxyEvents> {
    const ledger = await this.toolkit.ledger()
    const turnover = new Turnover((account: AttemptReport['member']['account']) =>
      standingOf(account, ledger.state, ledger.now()),
    )
    const palette = this.errorPalette
    const { isTTY: isTerminal, columns } = process.stderr
    const note = (words: string) => this.say(`${palette.quiet(stamp(new Date(), !isTerminal))}  ${words}`)
    return {
      onAttempt: (report) => {
        const { member, outcome } = report
        turnover.note({ account: member.account, outcome }, ledger.now()).forEach(note)
        if (outcome === 'ok' && !isVerbose) return
        const look = {
          palette,
          at: new Date(),
          hasDate: !isTerminal,
          columns: isTerminal ? columns : undefined,
        }
        const line = attemptLine(report, { isVerbose, ...look })
        if (line !== null) this.say(line)
      },
      onRefusal: (report) => {
        const words = turnover.refused(report, ledger.now())
        if (words !== null) note(words)
      },
      onTrouble: (message) => this.caution(message),
    }
  }

  private announce(view: ProxyView): void {
    const { url, pid, accounts } = view
    if (!this.jsonEnabled()) return this.print(listeningWords(view, this.palette, this.unicode ? '●' : '*'))
    process.stdout.write(`${JSON.stringify({ url, pid, accounts })}\n`)
  }

  /** For stderr, with `--json` too: a log of what happens is wanted from any proxy. */
  private say(text: string): void {
    // The terminal has put a ^C where the line begins.
    process.stderr.write(`${process.stderr.isTTY ? '\r' : ''}${text}\n`)
  }

  /** In a log, with its time. */
  private sayNow(text: string): void {
    this.say(process.stderr.isTTY ? text : `${stamp(new Date(), true)}  ${text}`)
  }

  private async startDetached(): Promise<void> {
    const [, script = ''] = process.argv
    const words = process.argv
      .slice(2)
      .filter((word) => word !== '--detach' && word !== '-d' && word !== '--json')
    if (words.some((word) => /^-[a-z]*d[a-z]*$/.test(word))) {
      throw new QwenctlError('invalid_usage', 'write --detach apart from other short flags')
    }
    const command = [process.execPath, ...process.execArgv, script, ...words, '--json']
    const view = await this.toolkit.proxies.startDetached(command, START_MS)
    this.announce(view)
    this.tell(
      `\n  It runs in the background (pid ${view.pid}); qwenctl proxy stop ends it.\n  Log: ${this.toolkit.proxies.logFile}`,
    )
  }
}

/**
 * V8 takes requests under way at a collection for long-lived, and from then on makes their objects in old space, which it
 * then has to mark several times a second. Measured under load: fewer than half of those collections without, and a
 * shorter p99.
 */
function keepRequestsOutOfOldSpace(): void {
  setFlagsFromString('--no-allocation-site-pretenuring')
}
