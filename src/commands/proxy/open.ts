import { Flags } from '@oclif/core'
import { formatTime } from '../../lib/base/iso-time.ts'
import { QwenctlError } from '../../lib/base/errors.ts'
import { hasBrowser, openBrowser } from '../../lib/terminal/input/open-browser.ts'
import type { ProxyView } from '../../lib/toolkit/proxies.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class ProxyOpen extends ToolkitCommand {
  static override summary = 'open the page of a running proxy in the browser'
  static override description =
    'The address holds a ticket that admits the browser once, within two minutes; the request for the page does not contain it. Without a browser on this machine, or with --print, the address is printed: open it from any machine that reaches the proxy.'
  static override examples = [
    '<%= config.bin %> proxy open',
    '<%= config.bin %> proxy open --print',
    '<%= config.bin %> proxy open --port 3000',
  ]
  static override flags = {
    port: Flags.integer({ description: 'proxy on this port', min: 1, max: 65_535 }),
    print: Flags.boolean({ description: 'print the address instead of opening it', default: false }),
  }

  /** `ticketUrl` admits its bearer, so the result contains it only with `--print`. */
  async run(): Promise<{ url: string; ticketUrl: string | null; expiresAt: string }> {
    const { flags } = await this.parse(ProxyOpen)
    const url = reachable(this.proxyFor(flags.port))
    const ticket = await this.toolkit.admin.ticket()
    const ticketUrl = `${url}/#ticket=${ticket.token}`
    const expiresAt = formatTime(ticket.expiresAt)
    const { env, platform, stderr } = process
    if (!flags.print && hasBrowser({ env, platform, isTerminal: stderr.isTTY === true })) {
      openBrowser(ticketUrl, platform)
      this.tell(`Opened ${url} in the browser.`)
      return { url, ticketUrl: null, expiresAt }
    }
    this.print(ticketUrl)
    this.tell('It works for two minutes, in one browser.')
    return { url, ticketUrl, expiresAt }
  }

  private proxyFor(port: number | undefined): ProxyView {
    const found = this.toolkit.proxies.list().find((proxy) => port === undefined || proxy.port === port)
    if (found !== undefined) return found
    const where = port === undefined ? '' : ` on port ${port}`
    throw new QwenctlError('proxy_not_running', `no proxy is running${where}`)
  }
}

/** A proxy on all addresses has an unspecified address in its URL, which browsers cannot open. */
function reachable({ url }: ProxyView): string {
  return url.replace(/^http:\/\/(0\.0\.0\.0|\[::\])(?=:)/, 'http://127.0.0.1')
}
