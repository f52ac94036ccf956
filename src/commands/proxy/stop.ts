import { Flags } from '@oclif/core'
import { QwenctlError } from '../../lib/base/errors.ts'
import type { ProxyView } from '../../lib/toolkit/proxies.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

/** Slightly longer than a proxy drains. */
const STOP_MS = 35_000

export default class ProxyStop extends ToolkitCommand {
  static override summary = 'stop the proxies that run over these accounts'
  static override description = 'Requests under way finish first, for at most 30 seconds.'
  static override examples = ['<%= config.bin %> proxy stop', '<%= config.bin %> proxy stop --port 3000']
  static override flags = {
    port: Flags.integer({ description: 'only the proxy on this port', min: 1, max: 65_535 }),
  }

  async run(): Promise<{ stopped: ProxyView[] }> {
    const { flags } = await this.parse(ProxyStop)
    const { port } = flags
    const stopped = this.toolkit.proxies.list().filter((proxy) => port === undefined || proxy.port === port)
    if (stopped.length === 0) {
      const where = port === undefined ? '' : ` on port ${port}`
      throw new QwenctlError('proxy_not_running', `no proxy is running${where}`)
    }
    await Promise.all(stopped.map((proxy) => this.toolkit.proxies.stop(proxy, STOP_MS)))
    for (const { url } of stopped) this.tell(`Stopped ${url}.`)
    return { stopped }
  }
}
