import { setFlagsFromString } from 'node:v8'

/**
 * V8 takes requests in progress at a collection for long-lived. From then on it allocates their objects in
 * old space, which it must mark several times a second. Measured under load: the flag more than halves those
 * collections and shortens p99.
 */
const NO_PRETENURING = '--no-allocation-site-pretenuring'

/**
 * Node flags for a proxy: half of the memory under load, for a few per cent of the processor time
 * (docs/decisions/0016). A program that starts Node with its own `--max-semi-space-size` overrides them.
 */
const serverFlags: readonly string[] = [
  // Requests die young and soon: nursery and old space need not grow as for a large program. Smaller sizes
  // save a few megabytes. With many clients they cost a tenth of the time and double the longest pauses.
  '--max-semi-space-size=8',
  '--heap-growing-percent=100',
  // The mid-tier compiler keeps the memory for its work, and a server soon needs it no more.
  '--no-maglev',
  NO_PRETENURING,
]

/** A pool of this many accounts has a heap that is large because it lasts, and not because of garbage. */
const MANY_ACCOUNTS = 1_000
/**
 * Ten thousand accounts keep 45 MB. At 100 %, the heap may hold as much garbage beside them. At 40 %, the process
 * under load needs 25 MB less, for 3 % more processor time (2026-11-30).
 */
const GROWTH_OF_MANY = '--heap-growing-percent=40'

/** For glibc: threads that share one arena do not each keep the memory they freed. */
const serverVariables = { MALLOC_ARENA_MAX: '1' }

/** The parts of a process that a restart uses. */
export interface ThisProcess {
  execPath: string
  execArgv: readonly string[]
  argv: readonly string[]
  env: NodeJS.ProcessEnv
  execve?: (file: string, args: string[], env: NodeJS.ProcessEnv) => unknown
}

/** The environment of a serving process. Variables that the user has set stay. */
export function serverEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...serverVariables, ...env }
}

/** The flags that are missing; none if the user has set these. */
export function missingFlags({ execArgv, env }: Pick<ThisProcess, 'execArgv' | 'env'>): readonly string[] {
  const given = `${execArgv.join(' ')} ${env['NODE_OPTIONS'] ?? ''}`
  return given.includes('max-semi-space-size') || given.includes('max_semi_space_size') ? [] : serverFlags
}

/**
 * Restarts with the flags of a server: the same process (its number, terminal, parent and standard streams)
 * with another program in it. Where that is impossible (Windows), it sets what a running process can change
 * and returns.
 */
export function restartAsServer(here: ThisProcess): void {
  const flags = missingFlags(here)
  const [, ...words] = here.argv
  try {
    if (flags.length > 0)
      here.execve?.(here.execPath, [here.execPath, ...here.execArgv, ...flags, ...words], serverEnv(here.env))
  } catch {
    // not possible on this system: the proxy still serves, with more memory
  }
  setFlagsFromString(NO_PRETENURING)
}

/**
 * Limits the growth of the heap for a pool of many accounts. Returns whether it did: a process without the flags of a
 * server keeps those of its user.
 */
export function limitHeapOfPool(accounts: number, here: Pick<ThisProcess, 'execArgv'> = process): boolean {
  const isServer = serverFlags.every((flag) => here.execArgv.includes(flag))
  if (accounts < MANY_ACCOUNTS || !isServer) return false
  setFlagsFromString(GROWTH_OF_MANY)
  return true
}

/** Whether the arguments are a `proxy start` or `batch run` that passes requests in this very process. */
export function isServerStart(argv: readonly string[]): boolean {
  const [topic, verb, ...rest] = argv
  if (topic === 'batch' && verb === 'run') return !rest.includes('--help')
  if (topic !== 'proxy' || verb !== 'start') return false
  return !rest.some((word) => word === '--detach' || word === '--help' || /^-[a-z]*[dh]/.test(word))
}
