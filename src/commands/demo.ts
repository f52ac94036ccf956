import { setTimeout as wait } from 'node:timers/promises'
import { Flags } from '@oclif/core'
import type { AttemptReport } from '../lib/proxy/pool/reports.ts'
import type { DemoLook } from '../lib/demo/demo-picture.ts'
import { isClone, nextLines } from '../lib/demo/demo-picture.ts'
import type { DemoShow } from '../lib/demo/demo-show.ts'
import { openShow } from '../lib/demo/demo-show.ts'
import type { DemoStage } from '../lib/demo/demo-stage.ts'
import type { DemoDocument } from '../lib/demo/demo-summary.ts'
import { summarize } from '../lib/demo/demo-summary.ts'
import { DemoCommand } from './base/demo-command.ts'

export default class Demo extends DemoCommand {
  static override enableJsonFlag = true
  static override summary = 'watch failover at work, with simulated accounts'
  static override description =
    'Starts the real proxy over three simulated accounts with small limits, in a temporary home. A program sends requests until every account is out. Then a job and a batch run in the same way. Your own accounts are not touched, and no provider is called.'
  static override examples = [
    '<%= config.bin %> demo',
    '<%= config.bin %> demo --serve',
    '<%= config.bin %> demo --json',
    '<%= config.bin %> demo jobs',
    '<%= config.bin %> demo batch',
  ]
  static override flags = {
    serve: Flags.boolean({
      description: 'keep it running afterwards for your own requests; Ctrl-C ends it',
      default: false,
    }),
    fast: Flags.boolean({
      description: 'run without pauses, and without the job and the batch',
      hidden: true,
      default: false,
    }),
  }

  private onAttempt: (report: AttemptReport) => void = () => undefined

  async run(): Promise<DemoDocument | undefined> {
    const { flags } = await this.parse(Demo)
    return await this.untilInterrupted(async ({ signal, asked }) => {
      const isWatched = process.stdout.isTTY && !flags.fast && !this.jsonEnabled()
      const document = await this.onStage(async (stage) => {
        const document = await this.perform(stage, { isWatched, signal })
        if (flags.serve) await this.serve(stage, document, asked)
        return document
      })
      if (flags.serve) {
        this.tell('Ended. The temporary home is removed.')
        return undefined
      }
      const encore = flags.fast ? {} : await this.performEncore(signal)
      for (const line of nextLines(this.look, process.env)) this.print(line)
      return { ...document, ...encore }
    })
  }

  private async performEncore(signal: AbortSignal): Promise<Pick<DemoDocument, 'jobs' | 'batch'>> {
    const { playEncore } = await import('../lib/demo/demo-encore.ts')
    const encore = await playEncore({
      startSchedule: this.startSchedule,
      program: process.argv[1] ?? '',
      print: (line) => this.print(line),
      look: this.look,
      onTrouble: this.onTrouble,
      signal,
    })
    if (!encore.jobs.eachSlotOnce || !encore.batch.answeredOnce) process.exitCode = 1
    return encore
  }

  private async onStage<Result>(act: (stage: DemoStage) => Promise<Result>): Promise<Result> {
    const { DemoStage } = await import('../lib/demo/demo-stage.ts')
    const stage = await DemoStage.open({
      clock: Date.now,
      onAttempt: (report) => this.onAttempt(report),
      onTrouble: this.onTrouble,
    })
    try {
      return await act(stage)
    } finally {
      await stage.close()
    }
  }

  private async perform(
    stage: DemoStage,
    { isWatched, signal }: { isWatched: boolean; signal: AbortSignal },
  ): Promise<DemoDocument> {
    const { playDemo } = await import('../lib/demo/demo-play.ts')
    const began = performance.now()
    const show = this.openShow()
    try {
      const story = await playDemo(stage, {
        now: Date.now,
        pause: async (ms) => {
          signal.throwIfAborted()
          if (isWatched) await wait(ms, undefined, { signal })
        },
        signal,
        onChange: (changed) => show.update(changed),
      })
      show.finish(story)
      if (!story.agrees) process.exitCode = 1
      return summarize(story, Math.round(performance.now() - began))
    } finally {
      show.close()
    }
  }

  private openShow(): DemoShow {
    const { stdout } = process
    const canRedraw = stdout.isTTY && process.env['TERM'] !== 'dumb' && !this.jsonEnabled()
    return openShow({
      terminal: canRedraw ? stdout : null,
      print: (text) => this.print(text),
      look: this.look,
    })
  }

  private get look(): DemoLook {
    const { isTTY, columns } = process.stdout
    // The width is unknown without a terminal; this width fits into a log or a mail.
    return { palette: this.palette, unicode: this.unicode, columns: isTTY && columns > 0 ? columns : 100 }
  }

  private async serve(stage: DemoStage, document: DemoDocument, asked: Promise<void>): Promise<void> {
    const { serveLine, formatServe } = await import('../lib/demo/demo-serve.ts')
    await stage.refill()
    this.onAttempt = (report) => {
      const line = serveLine(report, this.errorPalette, new Date())
      if (line !== null) this.tell(line)
    }
    if (this.jsonEnabled()) this.logJson(document)
    else {
      const command = isClone(process.env) ? 'node bin/run.js' : this.config.bin
      this.print(formatServe({ url: document.url, home: stage.home, command }, this.palette))
    }
    await asked
    process.exitCode = 130
  }
}
