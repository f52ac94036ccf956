import { agoWords } from '../../lib/terminal/time-words.ts'
import type { ProxyView } from '../../lib/toolkit/proxies.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class ProxyStatus extends ToolkitCommand {
  static override summary = 'show the proxies that run over these accounts'
  static override examples = ['<%= config.bin %> proxy status', '<%= config.bin %> proxy status --json']

  async run(): Promise<{ running: boolean; proxies: ProxyView[] }> {
    await this.parse(ProxyStatus)
    const proxies = this.toolkit.proxies.list()
    const now = new Date().toISOString()
    if (proxies.length === 0) this.print('No proxy is running. Start one: qwenctl proxy start')
    else {
      this.printTable(
        [{ header: 'URL' }, { header: 'STRATEGY' }, { header: 'STARTED' }, { header: 'PID', align: 'right' }],
        proxies.map(({ url, pid, strategy, startedAt }) => [
          url,
          strategy,
          agoWords(startedAt, now),
          String(pid),
        ]),
      )
    }
    return { running: proxies.length > 0, proxies }
  }
}
