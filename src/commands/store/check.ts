import { QwenctlError } from '../../lib/base/errors.ts'
import type { Check } from '../../lib/toolkit/doctor/check.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class StoreCheckCommand extends ToolkitCommand {
  static override summary = 'check whether the store can be used'
  static override description =
    'For a shared store: whether it answers, may hold counts, keeps them over a restart, and has a replica. ' +
    'Exits with 6 if it cannot be used.'
  static override examples = ['<%= config.bin %> store check', '<%= config.bin %> store check --json']

  async run(): Promise<{ ok: boolean; checks: Check[] }> {
    await this.parse(StoreCheckCommand)
    const checks = await this.toolkit.store.check()
    const failed = checks.find(({ status }) => status === 'fail')
    for (const { status, title, detail, fix } of checks)
      this.print(
        `${status.padEnd(4)}  ${title}: ${detail}${fix === null || status === 'ok' ? '' : `; ${fix}`}`,
      )
    if (failed !== undefined && !this.jsonEnabled())
      throw new QwenctlError('store_unreachable', 'the store cannot be used', {
        hint: failed.fix ?? undefined,
      })
    if (failed !== undefined) process.exitCode = 6
    return { ok: failed === undefined, checks }
  }
}
