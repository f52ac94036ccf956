import { readFileSync } from 'node:fs'
import { arch, platform, release } from 'node:os'
import { fileURLToPath } from 'node:url'
import { isQwenctlError } from './lib/base/errors.ts'
import { completionAnswer } from './lib/terminal/completion/answer.ts'
import type { CommandTable } from './lib/terminal/completion/candidates.ts'
import { directRequest } from './lib/terminal/direct-arguments.ts'
import type { DirectRequest } from './lib/terminal/direct-arguments.ts'
import { errorDocument, buildReport } from './lib/terminal/error-report.ts'
import { jsonDocument } from './lib/terminal/print-json.ts'
import { isServerStart, restartAsServer } from './lib/proxy/node-flags.ts'
import { readNames } from './lib/toolkit/direct-names.ts'
import { readAccountList, readQuotaDocument } from './lib/toolkit/quota/direct-quota.ts'
import { resolveHome } from './lib/store/home.ts'
import { closeStore } from './lib/store/redis/store-of.ts'

// The start of every run. Frequent commands of prompts and status bars run here, from the store alone; other
// commands load oclif. The build bundles this file, so it must not import oclif statically.

const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs one command line and resolves to its exit code. `pjson`: the package.json of a run from the sources. */
export async function main(argv: string[], pjson?: Record<string, unknown>): Promise<number> {
  process.stdout.on('error', quietOnClosedPipe)
  if (isServerStart(argv)) restartAsServer(process)
  if (argv[0] === '__complete') return printCompletion(argv.slice(1))
  const request = directRequest(argv)
  const exit = request === null ? null : await answerDirectly(request)
  if (exit !== null) return exit
  const { runCli } = await import('./lib/terminal/run-cli.ts')
  const { pluginsFolder } = resolveHome(process.env)
  let hasPlugins = false
  const code = await runCli(argv, {
    root,
    ...(pjson === undefined ? {} : { pjson }),
    ...(pluginsFolder === null ? {} : { pluginsFolder }),
    onPlugins: () => (hasPlugins = true),
  })
  if (hasPlugins) leaveSoon()
  return code
}

/** Timers and connections of a plugin do not keep a finished command from ending. */
function leaveSoon(): void {
  const leave = () => {
    const isWritten = process.stdout.writableLength === 0 && process.stderr.writableLength === 0
    if (isWritten) process.exit()
    else setTimeout(leave, 100).unref()
  }
  setTimeout(leave, 500).unref()
}

/** Null when oclif has to run the command: it formats unforeseen errors for people and programs. */
async function answerDirectly(request: DirectRequest): Promise<number | null> {
  try {
    const answer = await answerTo(request)
    if (answer !== null) process.stdout.write(answer)
    return answer === null ? null : 0
  } catch (error) {
    const report = isQwenctlError(error) ? buildReport(error, { command: null, flags: [] }) : null
    if (report !== null) process.stdout.write(errorDocument(report))
    return report?.exit ?? null
  }
}

async function answerTo(request: DirectRequest): Promise<string | null> {
  if (request.kind === 'version') return versionLine()
  const home = resolveHome(process.env)
  const { kind, filter } = request
  const reading =
    kind === 'accounts'
      ? readAccountList(home, filter, Date.now)
      : readQuotaDocument(home, filter, request.references, Date.now)
  const document = await reading.finally(() => closeStore(home))
  return document === null ? null : jsonDocument(document)
}

/** The text of oclif's own `--version`; null when oclif names the machine differently from Node. */
function versionLine(): string | null {
  if (release().toLowerCase().includes('microsoft') || arch() === 'ia32') return null
  const { name, version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as Record<string, string>
  return `${name}/${version} ${platform()}-${arch()} node-${process.version}\n`
}

async function printCompletion(argv: string[]): Promise<number> {
  try {
    const table = JSON.parse(readFileSync(`${root}/dist/completion.json`, 'utf8')) as CommandTable
    process.stdout.write(
      await completionAnswer(argv, table, (kind, filter) => {
        const home = resolveHome(process.env)
        return readNames(home, kind, filter).finally(() => closeStore(home))
      }),
    )
  } catch {
    // Whatever is wrong (no build, a damaged store), a message in the middle of a half-typed line helps nobody.
  }
  return 0
}

function quietOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
