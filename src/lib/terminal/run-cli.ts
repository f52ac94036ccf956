import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readErrno } from '../base/errno.ts'
import { run, settings } from '@oclif/core'
import type { Command, Config, Interfaces } from '@oclif/core'
import { QwenctlError } from '../base/errors.ts'
import { paletteFor } from './format/color.ts'
import { errorDocument, errorText, isDebugging, buildReport, silentExit, wantsJson } from './error-report.ts'
import type { Invocation } from './error-report.ts'
import { jsonDocument } from './print-json.ts'
import { keepPluginTable } from './completion/plugin-table.ts'
import { PLUGIN_TABLE } from './completion/read-plugin-table.ts'
import { adjustPluginOclif, loadConfig, withShortWarnings } from './plugins/oclif-config.ts'
import type { ConfigOptions } from './plugins/oclif-config.ts'
import { loadOneCommand } from './plugins/one-command-config.ts'
import { withLocalPaths } from './plugins/plugin-arguments.ts'
import { isForeign } from './plugins/plugin-hooks.ts'

/** The location of the CLI: its root folder, and in development a package.json that points at the sources. */
export interface CliSource {
  root: string
  pjson?: Record<string, unknown>
  /** The folder of installed plugins; default: oclif's folder. */
  pluginsFolder?: string
  /** The folder for the commands of plugins, for completion; missing: they are not kept. */
  cacheFolder?: string
  /** Called where plugins are installed, before any of their code runs: it may start what never ends. */
  onPlugins?: () => void
}

/** Runs one command line through oclif, reports its failure, and resolves to the exit code. */
export async function runCli(argv: string[], source: CliSource): Promise<number> {
  // With NODE_ENV=development, which users export for other reasons, oclif would search for a TypeScript compiler.
  settings.enableAutoTranspile = false
  let config: Config | undefined
  let isWhole = true
  const { pluginsFolder, cacheFolder } = source
  const options = { pluginsFolder, warn: tellWarning }
  try {
    const keepTable = (loaded: Config) => {
      if (cacheFolder !== undefined) keepPluginTable(loaded, join(cacheFolder, PLUGIN_TABLE))
    }
    await withShortWarnings(tellWarning, async () => {
      const alone = await loadAlone(argv, source, options)
      isWhole = alone === null
      if (alone !== null) {
        config = alone
        return void (await run(argv, alone))
      }
      const loaded = (config = await loadConfig(loadOptions(source), options))
      const id = findCommand(argv, loaded)?.words.join(':') ?? ''
      makePluginsFolder(id, pluginsFolder)
      if ([...loaded.plugins.values()].some(isForeign)) source.onPlugins?.()
      refuseTopicAsDocument(argv, loaded)
      const plugin = findPlugin(argv, loaded)
      if (plugin !== undefined && !plugin.isRoot)
        adjustPluginOclif(plugin, options, (error) => buildReport(error, describeInvocation(argv, loaded)))
      keepTable(loaded)
      if (await printHelpDocument(argv, loaded)) return
      await run(INSTALLS.has(id) ? withLocalPaths(argv) : argv, loaded)
      // `plugins install` and the like change what is installed.
      if (id.startsWith('plugins:')) keepTable(await loadConfig(loadOptions(source), options))
    })
    // Only the shell ends the process: commands that fail without throwing set `process.exitCode`.
    return Number(process.exitCode ?? 0)
  } catch (error) {
    // To suggest flags near a misspelled one, the report needs the whole configuration.
    if (!isWhole && isParseError(error))
      config = await loadConfig(loadOptions(source), options).catch(() => config)
    return reportFailure(error, argv, config)
  }
}

/** Null where the command line needs the whole configuration. */
function loadAlone(argv: string[], source: CliSource, options: ConfigOptions): Promise<Config | null> {
  const { root, pjson, cacheFolder } = source
  const hadPlugins = cacheFolder !== undefined && existsSync(join(cacheFolder, PLUGIN_TABLE))
  if (pjson !== undefined || hadPlugins) return Promise.resolve(null)
  return loadOneCommand(argv, { root, pjson: readPackage(root) }, options)
}

/** The commands of oclif that take packages, with other names of them. */
const INSTALLS: ReadonlySet<string> = new Set(['plugins:install', 'plugins:add'])

/** oclif would create the home for its plugins, open to other users. */
function makePluginsFolder(id: string, folder: string | undefined): void {
  const adds = INSTALLS.has(id) || id === 'plugins:link'
  if (adds && folder !== undefined) mkdirSync(folder, { recursive: true, mode: 0o700 })
}

/** Whether oclif refuses the words of a command line. */
function isParseError(error: unknown): boolean {
  return error instanceof Error && 'parse' in error
}

function tellWarning(message: string): void {
  process.stderr.write(`${paletteFor(process.stderr, process.env).warn('warning:')} ${message}\n`)
}

function loadOptions({ root, pjson }: CliSource): Parameters<typeof Config.load>[0] {
  if (pjson === undefined) return { root, pjson: readPackage(root) }
  return { root, pjson: pjson as unknown as Config['pjson'], isRoot: true, ignoreManifest: true }
}

/**
 * Reads package.json with the plugins as its only dependencies. oclif matches each dependency with each plugin as a
 * glob, which takes a twentieth of a short command's time.
 */
function readPackage(root: string): Config['pjson'] {
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Config['pjson']
  const { dependencies = {}, oclif } = pjson
  const plugins = oclif.plugins?.map((name) => [name, dependencies[name]])
  return { ...pjson, dependencies: Object.fromEntries(plugins ?? []) as Config['pjson']['dependencies'] }
}

function reportFailure(error: unknown, argv: string[], config: Config | undefined): number {
  const quiet = silentExit(error)
  if (quiet !== null) return quiet
  // The reader of a pipe left (`| head`): that is its right, not our failure.
  if (readErrno(error) === 'EPIPE') return 0
  const report = buildReport(error, describeInvocation(argv, config))
  if (report === null) return 1
  if (wantsJson(argv, process.env)) process.stdout.write(errorDocument(report))
  else process.stderr.write(errorText(report, paletteFor(process.stderr, process.env)))
  if (isDebugging(process.env) && error instanceof Error)
    process.stderr.write(`${error.stack ?? error.message}\n`)
  return report.exit
}

/** oclif's help command prints text alone. False: the line asks for something else. */
async function printHelpDocument(argv: string[], config: Config): Promise<boolean> {
  if (argv[0] !== 'help' || !wantsJson(argv, process.env)) return false
  const { buildHelpDocument, readHelpWords } = await import('./help-document.ts')
  const words = readHelpWords(argv)
  if (words === null) return false
  process.stdout.write(jsonDocument(buildHelpDocument(words, config)))
  return true
}

/** `qwenctl auth` alone shows help, which is no answer to a program that asked for a document. */
function refuseTopicAsDocument(argv: string[], config: Config): void {
  if (!wantsJson(argv, process.env) || argv.includes('--help') || argv.includes('-h')) return
  const id = argv.slice(0, firstFlag(argv)).join(':')
  if (config.findTopic(id) === undefined || config.findCommand(id) !== undefined) return
  const words = id.replaceAll(':', ' ')
  throw new QwenctlError('invalid_usage', `${words} needs one of its commands`, {
    hint: `qwenctl ${words} --help lists them`,
  })
}

/** The plugin of the command that these words name; undefined: they name none. */
function findPlugin(argv: string[], config: Config): Interfaces.Plugin | undefined {
  const name = findCommand(argv, config)?.command.pluginName
  return name === undefined ? undefined : config.plugins.get(name)
}

function describeInvocation(argv: string[], config: Config | undefined): Invocation {
  const found = config === undefined ? null : findCommand(argv, config)
  return found === null
    ? { command: null, flags: [] }
    : {
        command: found.words.join(' '),
        flags: Object.keys(found.command.flags),
        isForeign: config?.plugins.get(found.command.pluginName ?? '')?.isRoot === false,
      }
}

/** The longest name of a command that the line begins with. */
function findCommand(argv: string[], config: Config): { words: string[]; command: Command.Loadable } | null {
  const words = argv.slice(0, firstFlag(argv))
  for (let count = words.length; count > 0; count -= 1) {
    const named = words.slice(0, count)
    const command = config.findCommand(named.join(':'))
    if (command) return { words: named, command }
  }
  return null
}

function firstFlag(argv: string[]): number {
  const index = argv.findIndex((word) => word.startsWith('-'))
  return index === -1 ? argv.length : index
}
