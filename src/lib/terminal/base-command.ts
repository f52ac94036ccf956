import { Command } from '@oclif/core'
import { paletteFor } from './format/color.ts'
import type { Palette } from './format/color.ts'
import { drawsUnicode } from './format/gauge.ts'
import { askPlugins } from './plugins/ask-plugins.ts'
import type { ProviderAnswers } from './plugins/ask-plugins.ts'
import { printableColours, printableLines } from '../base/printable.ts'
import { jsonDocument } from './print-json.ts'
import { renderTable } from './format/table.ts'
import type { Column } from './format/table.ts'

/** What every command shares: `--json`, words on stderr, data on stdout, colours where they are wanted. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true

  /** Data, for stdout. Says nothing with `--json`, where the returned document is the whole of stdout. */
  protected print(text: string): void {
    if (!this.jsonEnabled()) process.stdout.write(printableColours(text.endsWith('\n') ? text : `${text}\n`))
  }

  protected printTable(columns: Column[], rows: string[][]): void {
    this.print(renderTable(columns, rows, { decorated: process.stdout.isTTY, quiet: this.palette.quiet }))
  }

  /** Words for people, for stderr: what was done, what to do next. Says nothing with `--json`. */
  protected tell(text: string): void {
    if (!this.jsonEnabled()) process.stderr.write(printableColours(`${text}\n`))
  }

  /** Something people should know whatever the output is. */
  protected caution(text: string): void {
    process.stderr.write(`${this.errorPalette.warn('warning:')} ${printableLines(text)}\n`)
  }

  protected get palette(): Palette {
    return paletteFor(process.stdout, process.env)
  }

  protected get errorPalette(): Palette {
    return paletteFor(process.stderr, process.env)
  }

  protected get unicode(): boolean {
    return drawsUnicode(process.env, process.platform)
  }

  /** Asks every plugin for its providers, each within bounds. */
  protected askForProviders(): Promise<ProviderAnswers> {
    return askPlugins(this.config)
  }

  /** oclif colours and tokenises JSON; ours is the same bytes on every path. */
  override logJson(document: unknown): void {
    process.stdout.write(jsonDocument(document))
  }

  /** Errors are reported in one place, `run-cli.ts`, with and without `--json`. */
  protected override async catch(error: Error): Promise<never> {
    throw error
  }
}
