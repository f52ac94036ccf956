import { formatAgo } from '../../lib/terminal/format/format-time.ts'
import { ownVersion } from '../../lib/toolkit/own-version.ts'
import { formatVersion } from '../../lib/toolkit/proxies.ts'
import type { ProxyStanding } from '../../lib/toolkit/proxies.ts'
import { serviceHere, serviceView, type ServiceView } from '../base/proxy/service-command.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class ProxyStatus extends ToolkitCommand {
  static override summary = 'show the proxies that run over these accounts'
  static override description =
    'STATE is serving; draining, while the last requests finish; or silent, if it does not respond.'
  static override examples = ['<%= config.bin %> proxy status', '<%= config.bin %> proxy status --json']

  async run(): Promise<{ running: boolean; proxies: ProxyStanding[]; service: ServiceView | null }> {
    await this.parse(ProxyStatus)
    const proxies = await this.toolkit.proxies.standings()
    const now = new Date().toISOString()
    if (proxies.length === 0) this.print('No proxy is running. Start one: qwenctl proxy start')
    else {
      this.printTable(
        [
          { header: 'URL' },
          { header: 'STATE' },
          { header: 'STRATEGY' },
          { header: 'STARTED' },
          { header: 'VERSION' },
          { header: 'WORKERS', align: 'right' },
          { header: 'PID', align: 'right' },
        ],
        proxies.map(({ url, state, pid, strategy, startedAt, version, workers }) => [
          url,
          state,
          strategy,
          formatAgo(startedAt, now),
          version ?? '-',
          String(workers.length),
          String(pid),
        ]),
      )
    }
    for (const { url, transport } of proxies) {
      if (transport === 'portable') this.tell(`${url} uses the portable transport. Why: qwenctl doctor`)
    }
    for (const proxy of proxies) {
      const words = formatVersion(proxy, ownVersion())
      if (words !== null) this.caution(words)
    }
    const service = await this.installed()
    if (service !== null) this.print(`Installed as a service: ${service.file}`)
    return { running: proxies.length > 0, proxies, service }
  }

  /** Null: not installed, or the system has no service manager. */
  private async installed(): Promise<ServiceView | null> {
    const { isInstalled } = await import('../../lib/toolkit/service/install-service.ts')
    try {
      const service = serviceHere(this.toolkit)
      return isInstalled(service) ? serviceView(service) : null
    } catch {
      return null
    }
  }
}
