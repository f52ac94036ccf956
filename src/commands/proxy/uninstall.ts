import { findHostService, viewService, type ServiceView } from '../base/proxy/service-command.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class ProxyUninstall extends ToolkitCommand {
  static override summary = 'stop and remove the service that proxy install created'
  static override description =
    'Requests under way finish first. Removes only what proxy install wrote; accounts and counts stay.'
  static override examples = ['<%= config.bin %> proxy uninstall']

  async run(): Promise<{ service: ServiceView; left: string[] }> {
    await this.parse(ProxyUninstall)
    const service = findHostService(this.toolkit)
    const { uninstallService } = await import('../../lib/toolkit/service/install-service.ts')
    const { isDone, problem, left } = await uninstallService(service, process.env)
    this.tell(`Removed ${service.file}.`)
    if (!isDone) {
      this.caution(problem ?? 'the service manager was not notified')
      this.tell(`Run these yourself:\n${left.map((words) => `  ${words}`).join('\n')}`)
    }
    return { service: viewService(service), left }
  }
}
