import { Command } from '@oclif/core'
import { paletteFor } from './format/color.ts'
import type { Palette } from './format/color.ts'
import { drawsUnicode } from './format/gauge.ts'
import { askPlugins } from './plugins/ask-plugins.ts'
import type { ProviderAnswers } from '../toolkit/providers/provider-answers.ts'
import { printableColours, printableLines } from '../base/text/printable.ts'
import { pickColumns } from './list-table.ts'
import type { ListShape } from './list-table.ts'
import { jsonDocument } from './print-json.ts'
import { renderTable } from './format/table.ts'
import type { Column, TableStyle } from './format/table.ts'

/** The list flags in the form of oclif. */
export interface ListFlags {
  columns?: string[] | undefined
  quiet?: boolean | undefined
  status?: string | undefined
  'no-header'?: boolean | undefined
}

/** Behaviour of every command: `--json`, messages on stderr, data on stdout, and colours if wanted. */
export abstract class BaseCommand extends Command {
  static override enableJsonFlag = true

  /** Prints data to stdout. Silent with `--json`, where the returned document is all of stdout. */
  protected print(text: string): void {
    if (!this.jsonEnabled()) process.stdout.write(printableColours(text.endsWith('\n') ? text : `${text}\n`))
  }

  protected printTable(columns: Column[], rows: string[][]): void {
    this.printLines(renderTable(columns, rows, this.tableStyle))
  }

  /**
   * Prints a list according to its flags: names only, some columns, no header. `rowsOf`: the rows of the items, in
   * all columns.
   */
  protected printList<Item>(
    items: Item[],
    shape: ListShape<Item>,
    { rowsOf, flags }: { rowsOf: (items: Item[]) => string[][]; flags: ListFlags },
  ): void {
    const places = pickColumns(shape, flags.columns)
    if (flags.quiet === true) {
      if (items.length > 0) this.print(items.map(shape.nameOf).join('\n'))
      return
    }
    if (items.length === 0 && flags.status !== undefined)
      return this.tell(`Nothing in this list has the status ${flags.status} now.`)
    const rows = rowsOf(items).map((row) => places.map((place) => row[place] ?? ''))
    const style = { ...this.tableStyle, hasHeader: flags['no-header'] !== true }
    this.printLines(
      renderTable(
        places.map((place) => shape.columns[place]!),
        rows,
        style,
      ),
    )
  }

  /** A terminal without Unicode shows the mark of a cut as one ASCII character, so columns keep their place. */
  private printLines(table: string): void {
    this.print(this.unicode ? table : table.replaceAll('…', '~'))
  }

  protected get tableStyle(): TableStyle {
    const { isTTY, columns } = process.stdout
    return { decorated: isTTY, room: isTTY ? columns : null, quiet: this.palette.quiet }
  }

  /** Prints messages for people to stderr: results and next steps. Silent with `--json`. */
  protected tell(text: string): void {
    if (!this.jsonEnabled()) process.stderr.write(printableColours(`${text}\n`))
  }

  /** Prints a warning, regardless of the output format. */
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

  /** Asks every plugin for its providers, each within limits. `cacheFolder` keeps what is known of their hooks. */
  protected askForProviders(cacheFolder: string): Promise<ProviderAnswers> {
    return askPlugins(this.config, { cacheFolder })
  }

  /** oclif colours and tokenizes JSON; qwenctl prints the same bytes on every path. */
  override logJson(document: unknown): void {
    process.stdout.write(jsonDocument(document))
  }

  /** `run-cli.ts` alone reports errors, with and without `--json`. */
  protected override async catch(error: Error): Promise<never> {
    throw error
  }
}
