import { Flags } from '@oclif/core'
import { QwenctlError } from '../../lib/errors.ts'
import { strategyNames } from '../../lib/toolkit/settings-table.ts'
import type { ProxyView } from '../../lib/toolkit/proxies.ts'
import { attemptLine, listeningWords } from '../base/proxy-words.ts'
import { AccountCommand } from '../base/toolkit-command.ts'

const START_MS = 20_000

export default class ProxyStart extends AccountCommand {
  static override summary = 'start the proxy: one local endpoint over all accounts'
  static override description =
    'OpenAI and Anthropic clients use it unchanged. Every request goes to an account that can take it, and on to the next when one is out. Accounts that are added, changed, disabled or reset meanwhile are in force within a second. Ctrl-C lets requests under way end.'
  static override examples = [
    '<%= config.bin %> proxy start',
    '<%= config.bin %> proxy start --port 3000 --strategy round-robin',
    '<%= config.bin %> proxy start --detach',
  ]
  static override flags = {
    port: Flags.integer({ description: 'port; 0 picks a free one', min: 0, max: 65_535, helpValue: '3000' }),
    host: Flags.string({ description: 'address to listen on', helpValue: '127.0.0.1' }),
    strategy: Flags.string({ description: 'which account serves next', options: [...strategyNames] }),
    detach: Flags.boolean({ char: 'd', description: 'run in the background', default: false }),
    verbose: Flags.boolean({ char: 'v', description: 'a line for every request, not only for troubles' }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(ProxyStart)
    if (flags.detach) return this.startDetached()
    const { startProxy } = await import('../../lib/proxy/start-proxy.ts')
    const { settings } = this.toolkit
    const palette = this.errorPalette
    const strategy = flags.strategy ?? (await settings.get('proxy.strategy'))
    const host = flags.host ?? String(await settings.get('proxy.host'))
    const proxy = await startProxy(
      this.toolkit,
      {
        host,
        port: flags.port ?? Number(await settings.get('proxy.port')),
        strategy: strategy as (typeof strategyNames)[number],
        affinity: Boolean(await settings.get('proxy.affinity')),
        maxBodyMb: Number(await settings.get('proxy.maxBodyMb')),
        connectTimeoutMs: Number(await settings.get('proxy.connectTimeoutMs')),
        headersTimeoutMs: Number(await settings.get('proxy.headersTimeoutMs')),
        idleTimeoutMs: Number(await settings.get('proxy.idleTimeoutMs')),
        allowHosts: (await settings.get('proxy.allowHosts')) as string[],
        user: flags.user === undefined || flags.user === '' ? null : flags.user,
      },
      {
        onAttempt: (report) => {
          const line = attemptLine(report, {
            isVerbose: flags.verbose,
            palette,
            at: new Date(),
          })
          if (line !== null) this.tell(line)
        },
        onTrouble: (message) => this.caution(message),
      },
    )
    const { url, port, accounts } = proxy
    const view = {
      pid: process.pid,
      url,
      host,
      port,
      accounts,
      strategy: String(strategy),
      startedAt: new Date().toISOString(),
    }
    const unregister = this.toolkit.proxies.register(view)
    this.announce(view)
    try {
      await this.untilAskedToEnd(() => proxy.inFlight)
      await proxy.stop()
    } finally {
      unregister()
    }
  }

  private announce(view: ProxyView): void {
    const { url, pid, accounts } = view
    if (this.jsonEnabled()) process.stdout.write(`${JSON.stringify({ url, pid, accounts })}\n`)
    else this.print(listeningWords(view, this.palette))
    for (const warning of this.toolkit.warnings()) this.caution(warning)
  }

  /** Resolves at the first SIGINT or SIGTERM; a second one ends the process without waiting for its requests. */
  private untilAskedToEnd(inFlight: () => number): Promise<void> {
    return new Promise((resolve) => {
      let asked = 0
      const onSignal = (signal: NodeJS.Signals) => {
        asked += 1
        if (asked > 1) process.exit(signal === 'SIGINT' ? 130 : 143)
        const left = inFlight()
        if (left > 0)
          this.tell(`Draining: ${left} request${left === 1 ? '' : 's'} under way. Once more ends at once.`)
        resolve()
      }
      process.on('SIGINT', onSignal)
      process.on('SIGTERM', onSignal)
    })
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
      `It runs in the background and writes to ${this.toolkit.proxies.logFile}. qwenctl proxy stop ends it.`,
    )
  }
}
