import { QwenctlError, errorKinds, isQwenctlError, readMessage } from '../../lib/base/errors.ts'
import type { ProxyEvents, ProxySettings, RunningProxy } from '../../lib/proxy/start-proxy.ts'
import type { ErrorWords, WorkerOrder } from '../../lib/proxy/workers/messages.ts'
import type { SupervisorLink } from '../../lib/proxy/workers/supervisor-link.ts'
import { proxyEvents, sayBeside } from '../../lib/terminal/proxy/proxy-events.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'
import { ownVersion } from '../../lib/toolkit/own-version.ts'

/** A worker process of a proxy with several. A worker starts as a command, so that plugins are loaded. */
export default class ProxyWorker extends ToolkitCommand {
  static override hidden = true
  static override summary = 'serve as one of the workers of proxy start'
  static override description = 'Started only by qwenctl proxy start --workers N.'
  static override examples = ['<%= config.bin %> proxy start --workers 2']

  private link: SupervisorLink | null = null
  private leave: () => void = () => undefined

  async run(): Promise<void> {
    await this.parse(ProxyWorker)
    const { openSupervisorLink, leaveSupervisor } = await import('../../lib/proxy/workers/supervisor-link.ts')
    const link = openSupervisorLink()
    if (link === null) {
      throw new QwenctlError('invalid_usage', 'only the proxy starts its workers', {
        hint: 'qwenctl proxy start --workers 2',
      })
    }
    this.link = link
    this.leave = leaveSupervisor
    // A terminal sends these to every process at once; the supervisor decides how to react.
    for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined)
    process.stderr.on('error', () => undefined)
    try {
      await this.serve(link)
    } catch (error) {
      const words = describeError(error)
      link.tell('failed', words) // the supervisor reports it
      process.exitCode = errorKinds[words.code].exit
    }
  }

  protected override async finally(error: Error | undefined): Promise<void> {
    await super.finally(error)
    this.leave()
  }

  /** The supervisor prints cautions once; each worker would repeat them. */
  protected override caution(text: string): void {
    if (this.link === null) super.caution(text)
    else this.link.tell('said', { as: 'warning', text })
  }

  private async serve(link: SupervisorLink): Promise<void> {
    const order = await ordered(link)
    const { chosen, port, proof } = order
    this.toolkitFlags = { ca: chosen.ca }
    const { startProxy } = await import('../../lib/proxy/start-proxy.ts')
    const { readProxySettings } = await import('../../lib/proxy/proxy-settings.ts')
    const read = async () => ({
      ...(await readProxySettings(this.toolkit.settings, chosen, process.env)),
      port,
      proof,
    })
    const events: ProxyEvents = {
      ...(await proxyEvents(this.toolkit, {
        palette: this.errorPalette,
        isVerbose: order.isVerbose,
        line: sayBeside,
        news: (text) => link.tell('said', { as: 'news', text }),
        trouble: (text) => link.tell('said', { as: 'trouble', text }),
      })),
      onSettings: ({ strategy }) => link.tell('changed', { strategy }),
    }
    const isAdmin = (presented: string | null) => this.toolkit.admin.isAdmin(presented)
    const settings = { ...(await read()), ...(await buildParts(order, link)), isAdmin }
    const proxy = await startProxy(this.toolkit, settings, events, read)
    const ended = untilAskedToEnd(link, proxy)
    const { url, accounts, observer } = proxy
    link.answer('inFlight', () => proxy.inFlight).answer('metrics', () => observer.metricsPart())
    link.tell('listening', { url, port, accounts })
    this.tellWarnings()
    await ended
  }
}

function ordered(link: SupervisorLink): Promise<WorkerOrder> {
  return new Promise((resolve) => {
    link.on('order', resolve)
    link.tell('ready', { version: ownVersion() })
  })
}

const METRICS_MS = 4_000

/** Management parts that the supervisor answers for a worker. */
async function buildParts(
  { management }: WorkerOrder,
  link: SupervisorLink,
): Promise<Pick<ProxySettings, 'management' | 'readMetrics'>> {
  const { managementRelay } = await import('../../lib/proxy/workers/management-relay.ts')
  return {
    management: managementRelay(management),
    // Metrics describe the whole proxy, not the worker that happens to answer.
    readMetrics: async (observer) => {
      const parts = (await link.ask('metricsOfAll', METRICS_MS)) ?? []
      return parts.length === 0 ? observer.metrics() : observer.mergeMetrics(parts)
    },
  }
}

/** The supervisor asked this worker to end, or a signal reached it alone: another worker then replaces it. */
function untilAskedToEnd(link: SupervisorLink, proxy: RunningProxy): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      proxy.stop().then(resolve, reject)
    }
    let isAsked = false
    const once = () => {
      const left = proxy.inFlight
      if (!isAsked) end()
      isAsked = true
      return left
    }
    link.answer('drain', once)
    process.on('SIGTERM', once)
  })
}

function describeError(error: unknown): ErrorWords {
  if (!isQwenctlError(error)) return { code: 'internal', message: readMessage(error), hint: null }
  const { code, message, hint } = error
  return { code, message, hint }
}
