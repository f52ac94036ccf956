import { randomUUID } from 'node:crypto'
import { Flags } from '@oclif/core'
import { QwenctlError, isQwenctlError, readMessage } from '../../lib/base/errors.ts'
import { missingFlags, serverEnv } from '../../lib/proxy/node-flags.ts'
import { untilAskedToEnd } from '../../lib/terminal/proxy/end-signals.ts'
import { sayNow } from '../../lib/terminal/proxy/proxy-events.ts'
import {
  formatAccounts,
  listMachineHosts,
  formatListening,
  urlFromHere,
} from '../../lib/terminal/proxy/proxy-messages.ts'
import type { ProxyView } from '../../lib/toolkit/proxies.ts'
import { servingFlags } from '../base/flags/proxy-flags.ts'
import { useRotationFlags } from '../base/flags/rotation-flags.ts'
import { BackgroundWork } from '../base/proxy/background-work.ts'
import { openLazyManagement } from '../base/proxy/lazy-management.ts'
import { ProxyEntry } from '../base/proxy/proxy-entry.ts'
import type { Serving } from '../base/proxy/serving.ts'
import { startServing } from '../base/proxy/start-serving.ts'
import { AccountCommand } from '../base/toolkit-command.ts'

const START_MS = 20_000

export default class ProxyStart extends AccountCommand {
  static override summary = 'start the proxy: one local endpoint over all accounts'
  static override description =
    'Clients of OpenAI, Anthropic, Gemini and Ollama work unchanged. Every request goes to an account that can take it, and moves to the next when one is out. Changes of accounts and of most settings apply within a second. Ctrl-C lets requests under way finish.'
  static override examples = [
    '<%= config.bin %> proxy start',
    '<%= config.bin %> proxy start --port 3000 --strategy round-robin',
    '<%= config.bin %> proxy start --reserve 20% --wait 30s',
    '<%= config.bin %> proxy start --detach',
    '<%= config.bin %> proxy start --workers 4',
  ]
  static override flags = {
    ...servingFlags,
    jobs: Flags.boolean({ description: 'run scheduled jobs', default: true, allowNo: true }),
    detach: Flags.boolean({ char: 'd', description: 'run in the background', default: false }),
  }

  private entry: ProxyEntry | null = null
  private work: BackgroundWork | null = null

  async run(): Promise<void> {
    const { flags } = await this.parse(ProxyStart)
    this.toolkitFlags = { ca: flags.ca }
    useRotationFlags(flags, process.env)
    if (flags.detach) return this.startDetached()
    process.stderr.on('error', () => undefined) // a proxy outlives its terminal and the reader of its output
    const { toolkit } = this
    const caution = (message: string) => this.caution(message)
    const workers = flags.workers ?? Number(await toolkit.settings.get('proxy.workers'))
    const { readProxySettings } = await import('../../lib/proxy/proxy-settings.ts')
    const proof = randomUUID()
    const read = async () => ({ ...(await readProxySettings(toolkit.settings, flags, process.env)), proof })
    const settings = await read()
    const { user } = settings
    const entry = (this.entry = await ProxyEntry.open(toolkit, settings))
    const work = (this.work = new BackgroundWork({ toolkit, user, onTrouble: caution }))
    const management = openLazyManagement({
      toolkit,
      user,
      onTrouble: caution,
      proxy: () => entry.describe(),
      ...(flags.jobs && { runJob: work.runJob }),
    })
    await this.makeAdminToken()
    const serving = await startServing({
      toolkit,
      settings,
      read,
      proof,
      chosen: flags,
      workers,
      management,
      palette: this.errorPalette,
      caution,
      onSettings: (strategy) => {
        void entry.change(strategy)
        sayNow('The configuration changed and is now in effect.')
      },
      onWorkers: () => entry.update(),
    }).catch((error: unknown) => {
      throw this.namingOurs(error, settings)
    })
    const askedToEnd = untilAskedToEnd()
    try {
      entry.register(serving, proof)
      await this.announceStart(entry.view())
      if (flags.jobs) await work.startJobs(serving.url)
      await work.startPlans()
    } catch (error) {
      // A proxy that no command of the home finds must not serve on.
      await serving.drain()
      await serving.ended()
      throw error
    }
    await Promise.race([askedToEnd, serving.failed.then((failure) => Promise.reject(failure))])
    entry.drain()
    await drainAndStop(serving, work)
  }

  /**
   * Stays registered until the last count is written, so that `proxy stop` returns only when everything is counted.
   */
  protected override async finally(error: Error | undefined): Promise<void> {
    await Promise.all([this.work?.stop(), this.entry?.withdraw()])
    await super.finally(error)
    this.entry?.remove()
  }

  /**
   * Creates the admin token at the first start. The proxy also serves without one; the command that needs it
   * reports the error.
   */
  private async makeAdminToken(): Promise<void> {
    await this.toolkit.admin.token().catch((error: unknown) => this.caution(readMessage(error)))
  }

  /** In the background, standard output has the document, so the log gets a line of its own. */
  private async announceStart(view: ProxyView): Promise<void> {
    if (this.jsonEnabled())
      sayNow(`${view.url} answers for ${formatAccounts(view.accounts)}, strategy ${view.strategy}.`)
    await this.announce(view)
    this.tellWarnings()
  }

  private async announce(view: ProxyView): Promise<void> {
    const { url, pid, accounts } = view
    if (this.jsonEnabled()) {
      process.stdout.write(`${JSON.stringify({ url, pid, accounts })}\n`)
      return
    }
    const needsKey = (await this.toolkit.keys.list()).length > 0
    const mark = this.unicode ? '●' : '*'
    this.print(formatListening(view, { palette: this.palette, mark, needsKey, hosts: listMachineHosts() }))
  }

  /** Names the proxy of this home that holds the port, if there is one. */
  private namingOurs(error: unknown, { host, port }: { host: string; port: number }): unknown {
    if (!isQwenctlError(error) || error.code !== 'port_in_use') return error
    const ours = this.toolkit.proxies.list().find((proxy) => proxy.port === port)
    if (ours === undefined) return error
    return new QwenctlError(
      'port_in_use',
      `qwenctl already runs here: ${urlFromHere(ours)} (pid ${ours.pid})`,
      {
        hint: `nothing to do; qwenctl proxy stop ends it, qwenctl proxy restart starts it again${ours.host === host ? '' : ` on ${host}`}`,
      },
    )
  }

  private async startDetached(): Promise<void> {
    const [, script = ''] = process.argv
    const words = process.argv
      .slice(2)
      .filter((word) => word !== '--detach' && word !== '-d' && word !== '--json')
    if (words.some((word) => /^-[a-z]*d[a-z]*$/.test(word))) {
      throw new QwenctlError('invalid_usage', 'write --detach separately from other short flags')
    }
    const flags = [...process.execArgv, ...missingFlags(process)]
    const command = [process.execPath, ...flags, script, ...words, '--json']
    const view = await this.toolkit.proxies.startDetached(command, START_MS, serverEnv(process.env))
    await this.announce(view)
    this.tell(
      `\n  It runs in the background (pid ${view.pid}); qwenctl proxy stop ends it.\n  Log: ${this.toolkit.proxies.logFile}`,
    )
  }
}

/** Requests under way may finish. Jobs stop at the same time. */
async function drainAndStop(serving: Serving, work: BackgroundWork): Promise<void> {
  const jobs = work.stopJobs()
  const left = await serving.drain()
  if (left > 0)
    sayNow(
      `Ending after ${left} request${left === 1 ? '' : 's'} under way. Press Ctrl-C again to end at once.`,
    )
  await jobs
  await serving.ended()
  sayNow('Stopped.')
}
