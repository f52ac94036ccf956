import { randomUUID } from 'node:crypto'
import { Flags } from '@oclif/core'
import { QwenctlError, isQwenctlError, readMessage } from '../../lib/base/errors.ts'
import { missingFlags, serverEnv } from '../../lib/proxy/node-flags.ts'
import type { ManagementHandler } from '../../lib/proxy/server/management-seam.ts'
import type { Chosen } from '../../lib/proxy/proxy-settings.ts'
import type { ProxyEvents, ProxySettings } from '../../lib/proxy/start-proxy.ts'
import type { ProxyView } from '../../lib/toolkit/proxies.ts'
import { untilAskedToEnd } from '../../lib/terminal/proxy/end-signals.ts'
import { servingFlags } from '../base/flags/proxy-flags.ts'
import type { RunJob } from '../base/proxy/lazy-management.ts'
import { lazyManagement } from '../base/proxy/lazy-management.ts'
import { proxyEvents, sayBeside, sayNow } from '../../lib/terminal/proxy/proxy-events.ts'
import { servingAlone, servingTogether, type Serving } from '../base/proxy/serving.ts'
import {
  formatAccounts,
  listMachineHosts,
  formatListening,
  urlFromHere,
} from '../../lib/terminal/proxy/proxy-messages.ts'
import { useRotationFlags } from '../base/flags/rotation-flags.ts'
import { AccountCommand } from '../base/toolkit-command.ts'
import { ownVersion } from '../../lib/toolkit/own-version.ts'
import { announceProxy, type Announcement } from '../../lib/toolkit/shared-proxies.ts'

const START_MS = 20_000

interface How {
  settings: ProxySettings
  /** The settings after the latest read. */
  read: () => Promise<ProxySettings>
  proof: string
  chosen: Chosen & { verbose: boolean }
  workers: number
  management: ManagementHandler
  /** Applies a changed configuration. */
  onSettings: (strategy: string) => void
}

export default class ProxyStart extends AccountCommand {
  static override summary = 'start the proxy: one local endpoint over all accounts'
  static override description =
    'OpenAI and Anthropic clients work unchanged. Every request goes to an account that can take it, and moves to the next when one is out. Changes of accounts and of most settings apply within a second. Ctrl-C lets requests under way finish.'
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

  private runJob: RunJob = () => Promise.resolve([])
  private stopJobs: () => Promise<void> = () => Promise.resolve()
  private stopPlanWatch: () => Promise<void> = () => Promise.resolve()
  private unregister: () => void = () => undefined
  /** Shows the proxy to the other machines of a shared store. */
  private announcement: Announcement | null = null
  /** Reports what changed. */
  private register: () => void = () => undefined

  async run(): Promise<void> {
    const { flags } = await this.parse(ProxyStart)
    this.toolkitFlags = { ca: flags.ca }
    useRotationFlags(flags, process.env)
    if (flags.detach) return this.startDetached()
    process.stderr.on('error', () => undefined) // a proxy outlives its terminal and the reader of its output
    const workers = flags.workers ?? Number(await this.toolkit.settings.get('proxy.workers'))
    const { readProxySettings } = await import('../../lib/proxy/proxy-settings.ts')
    const proof = randomUUID()
    const read = async () => {
      return { ...(await readProxySettings(this.toolkit.settings, flags, process.env)), proof }
    }
    const settings = await read()
    const transport = await this.findTransport(settings)
    const { host, user } = settings
    let { strategy } = settings as { strategy: string }
    const startedAt = new Date().toISOString()
    const management = lazyManagement({
      ...this.managementParts(user, flags.jobs),
      proxy: async () => {
        const [workers, inFlight] = [serving.pids().length, await serving.inFlight()]
        return { url: serving.url, pid: process.pid, startedAt, strategy, workers, inFlight }
      },
    })
    await this.makeAdminToken()
    let rotation = await this.rotationNow()
    const readRotation = async () => {
      rotation = await this.rotationNow().catch(() => rotation)
      this.register()
    }
    const onSettings = (now: string) => {
      strategy = now
      this.register()
      void readRotation()
      sayNow('The configuration changed and is now in effect.')
    }
    const how = { settings, read, proof, chosen: flags, workers, management, onSettings }
    const serving = await (workers > 1 ? this.serveTogether(how) : this.serveAlone(how)).catch(
      (error: unknown) => {
        throw this.namingOurs(error, settings)
      },
    )
    const askedToEnd = untilAskedToEnd()
    const { url, port, accounts } = serving
    const view = () => ({
      ...{ pid: process.pid, url, host, port, accounts, strategy, startedAt, workers: serving.pids() },
      ...{ version: ownVersion(), transport },
      args: startFlags(process.argv.slice(2)),
      ...{ user, ...rotation },
    })
    this.makeKnown(view, proof)
    if (this.jsonEnabled()) sayNow(`${url} answers for ${formatAccounts(accounts)}, strategy ${strategy}.`)
    await this.announce(view())
    this.tellWarnings()
    await this.startBackgroundWork(flags.jobs ? url : null, user)
    await this.serveUntil(askedToEnd, serving)
  }

  /** Shows the proxy to the commands of this home, and to the other machines of a shared store. */
  private makeKnown(view: () => ProxyView, proof: string): void {
    const registration = this.toolkit.proxies.register(view(), proof)
    this.announcement = announceProxy(this.toolkit.home, view)
    this.unregister = registration.remove
    process.on('exit', this.unregister)
    this.register = () => registration.update(view())
  }

  private managementParts(user: string | null, runsJobs: boolean) {
    const onTrouble = (message: string) => this.caution(message)
    const runJob: RunJob = (job, accounts) => this.runJob(job, accounts)
    return { toolkit: this.toolkit, user, onTrouble, ...(runsJobs ? { runJob } : {}) }
  }

  private async findTransport(settings: ProxySettings): Promise<string> {
    const { chooseTransport } = await import('../../lib/proxy/transport/choose-transport.ts')
    return chooseTransport(settings.transport).transport.name
  }

  private async serveUntil(askedToEnd: Promise<unknown>, serving: Serving): Promise<void> {
    await Promise.race([askedToEnd, serving.failed.then((failure) => Promise.reject(failure))])
    this.announcement?.drain()
    await drainAndStop(serving, this.stopJobs)
  }

  /**
   * Stays registered until the last count is written, so that `proxy stop` returns only when everything is counted.
   */
  protected override async finally(error: Error | undefined): Promise<void> {
    await Promise.all([this.stopJobs(), this.stopPlanWatch(), this.announcement?.stop()])
    await super.finally(error)
    this.unregister()
  }

  /**
   * Creates the admin token at the first start. The proxy also serves without one; the command that needs it
   * reports the error.
   */
  private async makeAdminToken(): Promise<void> {
    await this.toolkit.admin.token().catch((error: unknown) => this.caution(readMessage(error)))
  }

  /** The settings of selection, for `quota explain` in other processes. */
  private async rotationNow(): Promise<{ affinity: boolean; reserve: string }> {
    const { settings } = this.toolkit
    return {
      affinity: Boolean(await settings.get('proxy.affinity')),
      reserve: String(await settings.get('proxy.reserve')),
    }
  }

  /** The proxy serves even if the jobs fail to start. */
  private async startJobs(url: string, user: string | null): Promise<void> {
    const onTrouble = (message: string) => this.caution(message)
    try {
      const { startSchedule } = await import('../base/proxy/run-schedule.ts')
      const jobs = await startSchedule(this.toolkit, { url, user, env: process.env, onTrouble })
      this.runJob = (job, accounts) => jobs.run(job, accounts)
      this.stopJobs = () => jobs.stop('the proxy stopped')
    } catch (error) {
      onTrouble(`jobs do not run: ${readMessage(error)}`)
    }
  }

  /** Starts the jobs, unless `jobsUrl` is null, and the questions about plans. */
  private async startBackgroundWork(jobsUrl: string | null, user: string | null): Promise<void> {
    if (jobsUrl !== null) await this.startJobs(jobsUrl, user)
    await this.startPlanWatch(user)
  }

  /** The proxy serves even if no plan can be asked. */
  private async startPlanWatch(user: string | null): Promise<void> {
    const onTrouble = (message: string) => this.caution(message)
    try {
      const { PlanWatch } = await import('../../lib/toolkit/plans/plan-watch.ts')
      const watch = new PlanWatch({
        toolkit: this.toolkit,
        ledger: await this.toolkit.ledger(),
        user,
        onTrouble,
      })
      watch.start()
      this.stopPlanWatch = () => watch.stop()
    } catch (error) {
      onTrouble(`plans are not asked: ${readMessage(error)}`)
    }
  }

  private async serveAlone({ settings, read, ...how }: How): Promise<Serving> {
    const { startProxy } = await import('../../lib/proxy/start-proxy.ts')
    const words = await proxyEvents(this.toolkit, {
      ...{ palette: this.errorPalette, news: sayBeside, line: sayBeside },
      isVerbose: how.chosen.verbose,
      trouble: (message) => this.caution(message),
    })
    const events: ProxyEvents = { ...words, onSettings: ({ strategy }) => how.onSettings(strategy) }
    const isAdmin = (presented: string | null) => this.toolkit.admin.isAdmin(presented)
    const { management } = how
    return servingAlone(await startProxy(this.toolkit, { ...settings, management, isAdmin }, events, read))
  }

  private async serveTogether(how: How): Promise<Serving> {
    const { Supervisor } = await import('../../lib/proxy/workers/supervisor.ts')
    const { hostManagement } = await import('../../lib/proxy/workers/management-host.ts')
    const [, script = ''] = process.argv
    const { settings, proof, onSettings, chosen } = how
    const { host, port, strategy, user, ca } = chosen
    const management = await hostManagement(how.management)
    const supervisor = await Supervisor.start({
      ...{ count: how.workers, host: settings.host, onSettings },
      command: {
        ...{ script, args: ['proxy', 'worker'], env: serverEnv(process.env) },
        flags: [...process.execArgv, ...missingFlags(process)],
      },
      order: {
        ...{ chosen: { host, port, strategy, user, ca }, port: settings.port, proof, version: ownVersion() },
        ...{ isVerbose: chosen.verbose, management: management.address },
      },
      onSaid: ({ as, text }) => (as === 'news' ? sayBeside(text) : this.caution(text)),
      onChange: () => this.register(),
    })
    return servingTogether(supervisor, management)
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

/** The flags that `proxy restart` repeats: all except those that say how to run. */
function startFlags(words: string[]): string[] {
  return words.slice(2).filter((word) => word !== '--json' && word !== '--detach' && word !== '-d')
}

async function drainAndStop(
  serving: { drain(): Promise<number>; ended(): Promise<unknown> },
  stopJobs: () => Promise<void>,
): Promise<void> {
  const jobs = stopJobs()
  const left = await serving.drain()
  if (left > 0)
    sayNow(
      `Ending after ${left} request${left === 1 ? '' : 's'} under way. Press Ctrl-C again to end at once.`,
    )
  await jobs
  await serving.ended()
  sayNow('Stopped.')
}
