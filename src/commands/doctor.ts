import { Flags } from '@oclif/core'
import { printable } from '../lib/terminal/format/text-width.ts'
import type { TransportName } from '../lib/proxy/transport/transport.ts'
import type { DoctorReport } from '../lib/toolkit/toolkit.ts'
import { ToolkitCommand } from './base/toolkit-command.ts'

/** The transport that a proxy would have here. */
async function chooseTransport(wanted: string): Promise<{ name: string; missing: readonly string[] }> {
  const { chooseTransport: choose } = await import('../lib/proxy/transport/choose-transport.ts')
  const { transport, missing } = choose(wanted as TransportName)
  return { name: transport.name, missing }
}

export default class Doctor extends ToolkitCommand {
  static override summary = 'check everything that qwenctl depends on'
  static override description =
    'Checks permissions, documents, credentials, ledger, providers, clock, completion and proxies, and says how to fix each problem. Exits with 1 if something is wrong; warnings do not count.'
  static override examples = [
    '<%= config.bin %> doctor',
    '<%= config.bin %> doctor --fix',
    '<%= config.bin %> doctor --json',
  ]
  static override flags = {
    fix: Flags.boolean({ description: 'remove access for other users of this machine' }),
  }

  async run(): Promise<DoctorReport> {
    const { flags } = await this.parse(Doctor)
    const report = await this.toolkit.doctor({ fix: flags.fix === true, chooseTransport })
    const { good, warn, bad, quiet } = this.palette
    const tones = { ok: good, warn, fail: bad, skip: quiet }
    this.printTable(
      columns,
      report.checks.map(({ title, status, detail }) => [tones[status](status), title, printable(detail)]),
    )
    for (const { status, title, fix } of report.checks) {
      if (fix !== null && status !== 'ok') this.tell(`${title}: ${printable(fix)}`)
    }
    if (!report.ok) process.exitCode = 1
    return report
  }
}

const columns = [{ header: 'STATUS' }, { header: 'CHECK' }, { header: 'FOUND' }]
