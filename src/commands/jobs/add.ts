import { Args } from '@oclif/core'
import { findTerms } from '../../lib/toolkit/accounts/provider-terms.ts'
import type { JobView } from '../../lib/toolkit/jobs/job-views.ts'
import { formatJobCard } from '../../lib/terminal/jobs/job-messages.ts'
import { jobFlags, readCommandWords, readJobFlags } from '../base/flags/job-flags.ts'
import { AccountCommand } from '../base/toolkit-command.ts'

export default class JobsAdd extends AccountCommand {
  static override summary = 'schedule work for accounts'
  static override description =
    "A job sends a prompt, runs a batch file, or runs a command in the account's folder. It can also verify the credential, or read the provider's own counts. Every slot runs once for each account, however many proxies run. A prompt may have {{keyword}}, {{settings.x}}, {{templates.x}} and {{x}} from --set."
  static override examples = [
    '<%= config.bin %> jobs add morning --at 07:00 --zone Europe/Berlin --days mon-fri -g team --ask "Plan the day" --spread 20m',
    '<%= config.bin %> jobs add report --cron "0 9 * * 1" -a qwen/work --template weekly --set topic=news -- ./send.sh',
    '<%= config.bin %> jobs add check --every 6h --all --verify',
    '<%= config.bin %> jobs add counts --every 1h -p openrouter --plan',
    '<%= config.bin %> jobs add nightly --at 01:00 -a qwen/work --batch data/{{date}}.jsonl --timeout 5h',
    '<%= config.bin %> jobs add sync --every 30m -p qwen --max-per-day 10 -- node sync.js',
  ]
  static override usage =
    'jobs add NAME SCHEDULE ACCOUNTS [--ask TEXT | --template FILE | --verify | --plan | --batch FILE | --prime] [-- COMMAND...]'
  static override strict = false
  static override args = {
    name: Args.string({ description: 'name of the job', required: true, ignoreStdin: true }),
  }
  static override flags = jobFlags

  async run(): Promise<{ job: JobView }> {
    const { args, argv, flags } = await this.parse(JobsAdd)
    const command = readCommandWords(this.argv, argv as string[], 'jobs add NAME')
    const { user } = flags
    const job = await this.toolkit.jobs.add({
      ...readJobFlags(flags, command),
      name: args.name,
      ...(user === undefined ? {} : { user }),
    })
    await this.warnOfTerms(job)
    this.print(formatJobCard(job, new Date().toISOString(), this.palette))
    this.tell(`Added the job ${job.name}. ${await this.sayWhere(job)}`)
    return { job }
  }

  /** A job that starts windows of plans is automated use, which the terms of some providers restrict. */
  private async warnOfTerms({ action, scheduleParts, accounts }: JobView): Promise<void> {
    const startsWindows = action.kind === 'ask' && (action.isPrime ?? scheduleParts.kind === 'after-reset')
    if (!startsWindows) return
    const providers = await this.toolkit.providers()
    const own = new Set(accounts.map(({ id }) => id))
    const terms = (await this.toolkit.accounts.records())
      .filter(({ id }) => own.has(id))
      .map((account) => findTerms(providers.of(account), account.baseUrl))
    for (const text of new Set(terms.filter((text) => text !== null))) this.caution(text)
    this.caution('This job starts windows of plans automatically. Read the terms of the provider first.')
  }

  private async sayWhere(job: JobView): Promise<string> {
    if (job.accounts.length === 0) return 'It has no accounts yet: qwenctl auth list shows them.'
    const runs = this.toolkit.proxies.list().length > 0
    return runs
      ? 'The running proxy runs it.'
      : `Jobs run while a proxy runs: qwenctl proxy start --detach. Try it now: qwenctl jobs run ${job.name}`
  }
}
