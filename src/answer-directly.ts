import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isQwenctlError } from './lib/base/errors.ts'
import { completionAnswer } from './lib/terminal/completion/answer.ts'
import type { CommandTable } from './lib/terminal/completion/candidates.ts'
import { PLUGIN_TABLE, readPluginTable } from './lib/terminal/completion/read-plugin-table.ts'
import type { DirectRequest } from './lib/terminal/direct-arguments.ts'
import { errorDocument, buildReport } from './lib/terminal/error-report.ts'
import { jsonDocument } from './lib/terminal/print-json.ts'
import { printNow } from './lib/terminal/print-now.ts'
import { readNames } from './lib/toolkit/direct-names.ts'
import { readAccountList, readQuotaDocument } from './lib/toolkit/quota/direct-quota.ts'
import { resolveHome } from './lib/store/home.ts'
import { closeStore } from './lib/store/redis/open-store.ts'

// The answers of frequent commands, from the store alone. The build makes one file of what they
// always need, which must not import oclif. Providers, YAML and a shared store are in files for a later import.

type DocumentRequest = Exclude<DirectRequest, { kind: 'version' }>

/** Null when oclif has to run the command: it formats unforeseen errors for people and programs. */
export async function answerDirectly(request: DocumentRequest): Promise<number | null> {
  try {
    const document = await readDocument(request)
    if (document !== null) printNow(jsonDocument(document))
    return document === null ? null : 0
  } catch (error) {
    const report = isQwenctlError(error) ? buildReport(error, { command: null, flags: [] }) : null
    if (report !== null) printNow(errorDocument(report))
    return report?.exit ?? null
  }
}

async function readDocument(request: DocumentRequest): Promise<object | null> {
  const home = resolveHome(process.env)
  const { kind, filter } = request
  const reading =
    kind === 'accounts'
      ? readAccountList(home, filter, Date.now)
      : readQuotaDocument(home, filter, request.references, Date.now)
  return reading.finally(() => closeStore(home))
}

/** `root`: the folder of the package. */
export async function printCompletion(
  argv: string[],
  root: string,
  print: (text: string) => void = printNow,
): Promise<number> {
  try {
    const own = JSON.parse(readFileSync(`${root}/dist/completion.json`, 'utf8')) as CommandTable
    const home = resolveHome(process.env)
    const others = readPluginTable(join(home.cacheFolder, PLUGIN_TABLE))
    const table = {
      commands: [...own.commands, ...others.commands],
      topics: { ...others.topics, ...own.topics },
    }
    print(
      await completionAnswer(argv, table, (kind, filter) => {
        return readNames(home, kind, filter).finally(() => closeStore(home))
      }),
    )
  } catch {
    // Print nothing, even without a build or with a damaged store: an error message would disrupt the line being typed.
  }
  return 0
}
