import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { printCompletion } from '../../src/answer-directly.ts'
import { resolveHome } from '../../src/lib/store/home.ts'
import type { ErrorReport } from '../../src/lib/terminal/error-report.ts'
import { runCli } from '../../src/lib/terminal/run-cli.ts'
import type { ProxyStanding } from '../../src/lib/toolkit/proxies.ts'
import type { Verification } from '../../src/lib/toolkit/toolkit.ts'
import type { AccountView } from '../../src/lib/toolkit/views.ts'

export const root = join(import.meta.dirname, '..', '..')
export const binary = join(root, 'bin', 'run.js')

export interface CliResult {
  exit: number
  stdout: string
  stderr: string
}

/** The document that a command may have printed with `--json`; which fields there are depends on the command. */
export interface Shown {
  account: AccountView
  accounts: AccountView[]
  verifications: Verification[]
  error: ErrorReport
  proxies: ProxyStanding[]
}

/** The whole of stdout as one JSON document; anything beside it fails. */
export function parseDocument({ stdout }: CliResult): Shown {
  return JSON.parse(stdout) as Shown
}

export interface CliOptions {
  env?: Record<string, string | undefined>
  /** Written to standard input, which then ends. */
  stdin?: string
}

/** The environment of a user without any settings: no setting of qwenctl or of colours leaks in from outside. */
export function cleanEnv(home: string, extra: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {}
  for (const [name, value] of Object.entries(process.env)) {
    if (!/^(QWENCTL_|NO_COLOR|FORCE_COLOR|DEBUG|NODE_ENV|NODE_OPTIONS|VITEST|CI$)/.test(name))
      env[name] = value
  }
  return {
    ...env,
    QWENCTL_HOME: home,
    HOME: home,
    XDG_CACHE_HOME: join(home, '.cache'),
    // Scripted upstreams answer what a test asks them, and no background request for their models.
    QWENCTL_MODELS_FETCH: 'false',
    ...extra,
  }
}

/**
 * The built command line, as users run it. Builds once where nothing was built yet. `runCommand` proves the same of
 * most commands, and starts no process.
 */
export async function runBinary(home: string, argv: string[], options: CliOptions = {}): Promise<CliResult> {
  buildIfMissing()
  const child = spawn(process.execPath, [binary, ...argv], { env: cleanEnv(home, options.env), cwd: home })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.on('error', () => undefined) // it may end without reading what it was given
  child.stdin.end(options.stdin ?? '')
  const exit = await new Promise<number>((done) => child.on('close', (code) => done(code ?? -1)))
  return { exit, stdout, stderr }
}

export function buildIfMissing(): void {
  if (existsSync(join(root, 'dist', 'completion.json'))) return
  const built = spawnSync(process.execPath, [join(root, 'scripts', 'build.ts')], {
    cwd: root,
    encoding: 'utf8',
  })
  if (built.status !== 0) throw new Error(`the build failed: ${built.stdout}${built.stderr}`)
}

/** A command in this process, from the sources; faster than the binary and the same but for its start. */
export async function runCommand(
  home: string,
  argv: string[],
  env: Record<string, string> = {},
): Promise<CliResult> {
  return runHere(cleanEnv(home, env), () => runCli(argv, { root, pjson: sourcePackage() }))
}

/** As `runCommand`, with the plugins of the home. Their code runs in this process. */
export async function runWithPlugins(
  home: string,
  argv: string[],
  env: Record<string, string> = {},
): Promise<CliResult> {
  const { pluginsFolder, cacheFolder } = resolveHome(cleanEnv(home))
  const plugins = pluginsFolder === null ? {} : { pluginsFolder }
  const source = { root, pjson: sourcePackage(), cacheFolder, ...plugins }
  return runHere(cleanEnv(home, env), () => runCli(argv, source))
}

/** The candidates that a shell gets for a partial command line: `bash`, then the words. */
export async function runCompletion(home: string, argv: string[]): Promise<CliResult> {
  buildIfMissing()
  return runHere(cleanEnv(home), () => printCompletion(argv, root, (text) => process.stdout.write(text)))
}

/** Runs a command line in this process, with this environment. */
async function runHere(env: NodeJS.ProcessEnv, run: () => Promise<number>): Promise<CliResult> {
  const before = { ...process.env }
  const captured = capture()
  process.exitCode = undefined
  try {
    replaceEnv(env)
    const exit = await run()
    return { exit, ...captured.release() }
  } finally {
    captured.release()
    replaceEnv(before)
    process.exitCode = undefined
  }
}

function replaceEnv(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in env)) Reflect.deleteProperty(process.env, name)
  Object.assign(process.env, env)
}

function capture(): { release(): { stdout: string; stderr: string } } {
  const text = { stdout: '', stderr: '' }
  const streams = ['stdout', 'stderr'] as const
  const originals = streams.map((name) => process[name].write.bind(process[name]))
  for (const name of streams) {
    process[name].write = (chunk: string | Uint8Array) => {
      text[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
      return true
    }
  }
  return {
    release() {
      streams.forEach(
        (name, index) => (process[name].write = originals[index] as typeof process.stdout.write),
      )
      return text
    },
  }
}

/** package.json with its targets in the sources, as `bin/dev.js` hands it to oclif. */
function sourcePackage(): Record<string, unknown> {
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { oclif: unknown }
  const oclif = JSON.parse(
    JSON.stringify(pjson.oclif).replaceAll(
      /\.\/dist\/([^"]*?)(\.js)?"/g,
      (_, file: string, js?: string) => `./src/${file}${js === undefined ? '' : '.ts'}"`,
    ),
  ) as unknown
  return { ...pjson, oclif }
}
