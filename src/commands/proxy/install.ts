import { Flags } from '@oclif/core'
import { servingFlags } from '../base/flags/proxy-flags.ts'
import {
  serviceCommand,
  findHostService,
  viewService,
  type ServiceView,
} from '../base/proxy/service-command.ts'
import { AccountCommand } from '../base/toolkit-command.ts'
import type { Service } from '../../lib/toolkit/service/service.ts'

interface Installed {
  service: ServiceView
  /** The complete unit or agent. */
  text: string
  /** False: only shown, or the commands in `left` still have to be run. */
  started: boolean
  left: string[]
}

export default class ProxyInstall extends AccountCommand {
  static override summary = 'run the proxy as a service, starting at login'
  static override description =
    'Writes a systemd user unit (Linux) or a launch agent (macOS) with the given flags, and starts it. It needs no elevated rights. A second run replaces it. Secrets are never written into it.'
  static override examples = [
    '<%= config.bin %> proxy install',
    '<%= config.bin %> proxy install --port 3000 --workers 2',
    '<%= config.bin %> proxy install --print',
  ]
  static override flags = {
    ...servingFlags,
    print: Flags.boolean({ description: 'show what would be written, and change nothing', default: false }),
  }

  async run(): Promise<Installed> {
    const { flags } = await this.parse(ProxyInstall)
    const service = findHostService(this.toolkit)
    const command = serviceCommand(flags)
    const shown = { service: viewService(service), text: service.text(command) }
    if (flags.print) {
      this.print(shown.text)
      this.tell(`Would be written to ${service.file}.`)
      return { ...shown, started: false, left: [] }
    }
    const { installService } = await import('../../lib/toolkit/service/install-service.ts')
    const { isDone, problem, left } = await installService(service, command, process.env)
    if (isDone) this.tell(`The proxy runs as ${service.name}, now and after each login.`)
    else {
      this.caution(`${service.file} was written, but ${problem ?? 'the proxy was not started'}`)
      this.tell(`Run these yourself:\n${left.map((words) => `  ${words}`).join('\n')}`)
    }
    this.tell(`  ${service.file}`)
    await this.tellMore(service)
    return { ...shown, started: isDone, left }
  }

  private async tellMore(service: Service): Promise<void> {
    if (service.kind === 'systemd') {
      this.tell('  Logs: journalctl --user -u ' + service.name)
      this.tell('  To run also while you are not logged in: loginctl enable-linger')
    }
    const { kind } = await this.toolkit.storage()
    if (kind !== 'passphrase' && (process.env['QWENCTL_PASSPHRASE'] ?? '') === '') return
    this.caution(
      service.variablesFile === null
        ? 'the proxy needs QWENCTL_PASSPHRASE, which is not written into the agent: qwenctl auth storage --to keychain does without, or give it with launchctl setenv QWENCTL_PASSPHRASE'
        : `the proxy needs QWENCTL_PASSPHRASE, which is not written into the unit: put QWENCTL_PASSPHRASE=... into ${service.variablesFile}, readable for you alone (chmod 600)`,
    )
  }
}
