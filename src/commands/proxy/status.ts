import { formatAgo } from '../../lib/terminal/format/format-time.ts'
import { readMessage } from '../../lib/base/errors.ts'
import { ownVersion } from '../../lib/toolkit/own-version.ts'
import { formatVersion } from '../../lib/toolkit/proxies.ts'
import { listElsewhere } from '../../lib/toolkit/shared-proxies.ts'
import type { ProxyStanding } from '../../lib/toolkit/proxies.ts'
import { findHostService, viewService, type ServiceView } from '../base/proxy/service-command.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class ProxyStatus extends ToolkitCommand {
  static override summary = 'show the proxies that run over these accounts'
  static override description =
    'STATE is serving; draining, while the last requests finish; or silent, if it does not respond. With a shared store, the list has the proxies of all machines.'
  static override examples = ['<%= config.bin %> proxy status', '<%= config.bin %> proxy status --json']

  async run(): Promise<{ running: boolean; proxies: ProxyStanding[]; service: ServiceView | null }> {
    await this.parse(ProxyStatus)
    const here = await this.toolkit.proxies.standings()
    const elsewhere = await this.findElsewhere()
    const proxies = [...here, ...elsewhere]
    const now = new Date().toISOString()
    if (proxies.length === 0) this.print('No proxy is running. Start one: qwenctl proxy start')
    else {
      this.printTable(
        [
          { header: 'URL' },
          ...(elsewhere.length === 0 ? [] : [{ header: 'MACHINE' }]),
          { header: 'STATE' },
          { header: 'STRATEGY' },
          { header: 'STARTED' },
          { header: 'VERSION' },
          { header: 'WORKERS', align: 'right' },
          { header: 'PID', align: 'right' },
        ],
        proxies.map(({ url, machine, state, pid, strategy, startedAt, version, workers }) => [
          url,
          ...(elsewhere.length === 0 ? [] : [machine]),
          state,
          strategy,
          formatAgo(startedAt, now),
          version ?? '-',
          String(workers.length),
          String(pid),
        ]),
      )
    }
    if (here.length === 0 && elsewhere.length > 0)
      this.tell('No proxy is running on this machine. Start one: qwenctl proxy start')
    for (const { url, transport } of here) {
      if (transport === 'portable') this.tell(`${url} uses the portable transport. Why: qwenctl doctor`)
    }
    for (const proxy of here) {
      const words = formatVersion(proxy, ownVersion())
      if (words !== null) this.caution(words)
    }
    const service = await this.installed()
    if (service !== null) this.print(`Installed as a service: ${service.file}`)
    return { running: here.length > 0, proxies, service }
  }

  /** Without the store, the proxies of this home are shown all the same. */
  private async findElsewhere(): Promise<ProxyStanding[]> {
    try {
      return await listElsewhere(this.toolkit.home)
    } catch (error) {
      this.caution(`the proxies of other machines are not known: ${readMessage(error)}`)
      return []
    }
  }

  /** Null: not installed, or the system has no service manager. */
  private async installed(): Promise<ServiceView | null> {
    const { isInstalled } = await import('../../lib/toolkit/service/install-service.ts')
    try {
      const service = findHostService(this.toolkit)
      return isInstalled(service) ? viewService(service) : null
    } catch {
      return null
    }
  }
}
