import { Args, Flags } from '@oclif/core'
import { canAsk, confirmOrCancel } from '../../lib/terminal/input/prompt.ts'
import { otherSourceNames, sourceIds } from '../../lib/toolkit/migrate/finding.ts'
import type { SourceId } from '../../lib/toolkit/migrate/finding.ts'
import { prepareMigration } from '../../lib/toolkit/migrate/migrate.ts'
import type { Migration } from '../../lib/toolkit/migrate/migrate.ts'
import type { MigrationView } from '../../lib/toolkit/migrate/views.ts'
import { formatCount } from '../../lib/base/text/count-noun.ts'
import {
  planColumns,
  planRows,
  formatPlan,
  formatResult,
} from '../../lib/terminal/accounts/migration-messages.ts'
import { AccountCommand, yesFlag } from '../base/toolkit-command.ts'
import { lookUp } from '../../lib/base/text/look-up.ts'

/** Null: every source. */
function findSource(name: string | undefined): SourceId | null {
  if (name === undefined) return null
  return lookUp(otherSourceNames, name) ?? sourceIds.find((id) => id === name) ?? null
}

export default class AccountsMigrate extends AccountCommand {
  static override summary = 'import the accounts of other tools'
  static override description =
    'Looks where other tools keep credentials, shows what would be imported and why the rest would not, and asks. The source is never changed, and a second import adds no duplicates.'
  static override examples = [
    '<%= config.bin %> accounts migrate --dry-run',
    '<%= config.bin %> accounts migrate litellm --from ./config.yaml',
    '<%= config.bin %> accounts migrate --from keys.csv --yes',
  ]
  static override args = {
    source: Args.string({
      description: 'only this tool',
      options: [...sourceIds, ...Object.keys(otherSourceNames)],
      ignoreStdin: true,
    }),
  }
  static override flags = {
    from: Flags.string({ description: 'file or folder to read instead', helpValue: 'PATH' }),
    'dry-run': Flags.boolean({ description: 'show the plan and change nothing' }),
    yes: yesFlag,
  }

  async run(): Promise<MigrationView> {
    const { args, flags } = await this.parse(AccountsMigrate)
    const migration = await prepareMigration(this.toolkit, {
      source: findSource(args.source),
      from: flags.from ?? null,
      user: flags.user,
      env: process.env,
      folder: process.cwd(),
    })
    const planned = migration.view({ dryRun: flags['dry-run'], added: [] })
    this.showPlan(planned)
    const count = planned.plan.filter(({ action }) => action === 'add').length
    if (flags['dry-run']) return planned
    const aliases = planned.aliases.filter(({ action }) => action === 'add').length
    if (count + aliases > 0) await this.confirm({ count, aliases }, flags.yes)
    return this.carryOut(migration)
  }

  private showPlan(planned: MigrationView): void {
    if (planned.plan.length > 0) this.printTable(planColumns, planRows(planned, this.look))
    for (const { file, reason } of planned.damaged) this.caution(`${file} ${reason}; skipped`)
    for (const { file, reason } of planned.leftOut) this.caution(`${file}: not imported: ${reason}`)
    this.tell(formatPlan(planned, { isCut: this.tableStyle.room != null }))
  }

  /** With `--json` no question is asked; `--yes` confirms. */
  private async confirm({ count, aliases }: { count: number; aliases: number }, yes: boolean): Promise<void> {
    if (!yes && !canAsk()) this.tell('Nothing has been imported yet.')
    const names = aliases === 0 ? '' : ` and ${aliases} ${aliases === 1 ? 'alias' : 'aliases'}`
    await confirmOrCancel(`Import ${formatCount(count, 'account')}${names}?`, yes)
  }

  private async carryOut(migration: Migration): Promise<MigrationView> {
    const done = migration.view({ dryRun: false, added: await migration.apply() })
    const words = formatResult(done.added)
    if (words !== null) this.tell(words)
    if (done.added.some(({ error }) => error !== null)) process.exitCode = 1
    return done
  }
}
