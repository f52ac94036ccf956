import { Flags } from '@oclif/core'
import { QwenctlError } from '../../lib/base/errors.ts'
import { missingFlags, serverEnv } from '../../lib/proxy/node-flags.ts'
import type { ProxyView } from '../../lib/toolkit/proxies.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

/** Slightly longer than a proxy drains. */
const STOP_MS = 35_000
const START_MS = 20_000

export default class ProxyRestart extends ToolkitCommand {
  static override summary = 'stop the proxy and start it again in the background'
  static override description =
    'The proxy keeps its flags. Requests under way finish first, for at most 30 seconds. If several proxies run, --port selects one.'
  static override examples = [
    '<%= config.bin %> proxy restart',
    '<%= config.bin %> proxy restart --port 3000',
  ]
  static override flags = {
    port: Flags.integer({ description: 'only the proxy on this port', min: 1, max: 65_535 }),
  }

  async run(): Promise<{ url: string; pid: number; accounts: number }> {
    const { flags } = await this.parse(ProxyRestart)
    const running = this.toolkit.proxies
      .list()
      .filter(({ port }) => flags.port === undefined || port === flags.port)
    const [proxy, ...others] = running
    if (proxy === undefined) {
      const where = flags.port === undefined ? '' : ` on port ${flags.port}`
      throw new QwenctlError('proxy_not_running', `no proxy is running${where}`, {
        hint: 'start one: qwenctl proxy start',
      })
    }
    if (others.length > 0) {
      const ports = running.map(({ port }) => port).join(', ')
      throw new QwenctlError('missing_answer', `${running.length} proxies run, on ports ${ports}`, {
        hint: 'name one with --port PORT',
      })
    }
    await this.toolkit.proxies.stop(proxy, STOP_MS)
    const [, script = ''] = process.argv
    const node = [process.execPath, ...process.execArgv, ...missingFlags(process), script]
    const view = await this.toolkit.proxies.startDetached(
      [...node, ...formatStart(proxy), '--json'],
      START_MS,
      serverEnv(process.env),
    )
    const { url, pid, accounts } = view
    this.tell(`Restarted ${url} (pid ${pid}). Log: ${this.toolkit.proxies.logFile}`)
    return { url, pid, accounts }
  }
}

/** The command line that started a proxy, with its current port. */
function formatStart({ args, host, port }: ProxyView): string[] {
  const given = args ?? ['--host', host]
  const others = given.filter((word, index) => !word.startsWith('--port') && given[index - 1] !== '--port')
  return ['proxy', 'start', ...others, '--port', String(port)]
}
