import { setFlagsFromString } from 'node:v8'

/**
 * V8 takes requests under way at a collection for long-lived, and from then on makes their objects in old space, which it
 * then has to mark several times a second. Measured under load: fewer than half of those collections without, and a
 * shorter p99.
 */
const NO_PRETENURING = '--no-allocation-site-pretenuring'

/**
 * What Node is to be started with to serve as a proxy: half of the memory under load, for a few per cent of the processor
 * time (docs/decisions/0016). A program that starts Node with a `--max-semi-space-size` of its own has chosen for itself.
 */
const serverFlags: readonly string[] = [
  // Requests die young, and soon: nursery and old space need not grow to what a large program would need. Smaller ones save
  // a few megabytes, and cost a tenth of the time and twice the longest pauses with many clients.
  '--max-semi-space-size=8',
  '--heap-growing-percent=100',
  // The compiler between the first and the last: what it needs for its work is kept, and a server soon has done with it.
  '--no-maglev',
  NO_PRETENURING,
]

/** For the C library, where it is glibc: threads that share one arena do not each keep what they freed. */
const serverVariables = { MALLOC_ARENA_MAX: '1' }

/** What a process is that may have to begin anew. */
export interface ThisProcess {
  execPath: string
  execArgv: readonly string[]
  argv: readonly string[]
  env: NodeJS.ProcessEnv
  execve?: (file: string, args: string[], env: NodeJS.ProcessEnv) => unknown
}

/** The environment of a process that serves: what the user has set stays. */
export function serverEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...serverVariables, ...env }
}

/** The flags that are still missing; none where somebody has chosen for himself. */
export function missingFlags({ execArgv, env }: Pick<ThisProcess, 'execArgv' | 'env'>): readonly string[] {
  const given = `${execArgv.join(' ')} ${env['NODE_OPTIONS'] ?? ''}`
  return given.includes('max-semi-space-size') || given.includes('max_semi_space_size') ? [] : serverFlags
}

/**
 * Begins anew with the flags of a server: the same process (its number, terminal, parent and standard streams), another
 * program in it. Where there is no way to do that (Windows) it returns, with what can be changed in a running process.
 */
export function restartAsServer(here: ThisProcess): void {
  const flags = missingFlags(here)
  const [, ...words] = here.argv
  try {
    if (flags.length > 0)
      here.execve?.(here.execPath, [here.execPath, ...here.execArgv, ...flags, ...words], serverEnv(here.env))
  } catch {
    // not on this system: the proxy serves as well, and takes more memory
  }
  setFlagsFromString(NO_PRETENURING)
}

/** Whether the words are a `proxy start` that serves in this very process. */
export function isServerStart(argv: readonly string[]): boolean {
  const [topic, verb, ...rest] = argv
  if (topic !== 'proxy' || verb !== 'start') return false
  return !rest.some((word) => word === '--detach' || word === '--help' || /^-[a-z]*[dh]/.test(word))
}
