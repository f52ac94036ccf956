import { serviceHere, serviceView, type ServiceView } from '../base/proxy-service.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class ProxyUninstall extends ToolkitCommand {
  static override summary = 'end the service that proxy install made, and remove it'
  static override description =
    'Requests under way are answered first. Removes nothing that proxy install has not written; accounts and counts stay.'
  static override examples = ['<%= config.bin %> proxy uninstall']

  async run(): Promise<{ service: ServiceView; left: string[] }> {
    await this.parse(ProxyUninstall)
    const service = serviceHere(this.toolkit)
    const { uninstallService } = await import('../../lib/toolkit/service/install-service.ts')
    const { isDone, problem, left } = await uninstallService(service, process.env)
    this.tell(`Removed ${service.file}.`)
    if (!isDone) {
      this.caution(problem ?? 'the system was not told')
      this.tell(`Type these yourself:\n${left.map((words) => `  ${words}`).join('\n')}`)
    }
    return { service: serviceView(service), left }
  }
}
