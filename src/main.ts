import { readFileSync } from 'node:fs'
import { arch, platform, release } from 'node:os'
import { fileURLToPath } from 'node:url'
import { directRequest } from './lib/terminal/direct-arguments.ts'
import { isServerStart, restartAsServer } from './lib/proxy/node-flags.ts'
import { resolveHome } from './lib/store/home.ts'
import { letReaderLeave, printNow } from './lib/terminal/print-now.ts'

// The start of every run. Frequent commands of prompts and status bars are answered by a bundle of their own, all
// others by oclif. Both are loaded on demand, so this file imports little.

const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs one command line and resolves to its exit code. `pjson`: the package.json of a run from the sources. */
export async function main(argv: string[], pjson?: Record<string, unknown>): Promise<number> {
  if (isServerStart(argv)) restartAsServer(process)
  const exit = await answerQuickly(argv)
  if (exit !== null) return exit
  letReaderLeave()
  const { runCli } = await import('./lib/terminal/run-cli.ts')
  const { cacheFolder, pluginsFolder } = resolveHome(process.env)
  let hasPlugins = false
  const code = await runCli(argv, {
    root,
    cacheFolder,
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

/** Null when oclif has to run the command. */
async function answerQuickly(argv: string[]): Promise<number | null> {
  if (argv[0] === '__complete') {
    const { printCompletion } = await import('./answer-directly.ts')
    return printCompletion(argv.slice(1), root)
  }
  const request = directRequest(argv)
  if (request === null) return null
  if (request.kind === 'version') return printVersion()
  const { answerDirectly } = await import('./answer-directly.ts')
  return answerDirectly(request)
}

/** Prints the text of oclif's own `--version`; null when oclif names the machine differently from Node. */
function printVersion(): number | null {
  if (release().toLowerCase().includes('microsoft') || arch() === 'ia32') return null
  const { name, version } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as Record<string, string>
  printNow(`${name}/${version} ${platform()}-${arch()} node-${process.version}\n`)
  return 0
}
