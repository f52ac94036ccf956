import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Interfaces } from '@oclif/core'

// A loop without an end blocks its thread: no timer and no signal handler runs again. So a hook runs in a thread of its
// own first, which can be stopped. `hook-verdicts.ts` remembers the result.

/**
 * `ended`: the hook ended. `threw`: its code failed or left the thread, which proves nothing. `unfinished`:
 * the hook had not ended at the limit. `oversized`: too much memory.
 */
export type ProbeResult = 'ended' | 'threw' | 'unfinished' | 'oversized'

export interface ProbeLimits {
  /** For all of it, the load of the file included. */
  limitMs: number
  /** Milliseconds, from any start. */
  clock?: () => number
}

const TICK_MS = 50
/** The most that one tick counts. A tick is late on a machine that is busy or asleep, where the thread stands still too. */
const MOST_PER_TICK_MS = 2 * TICK_MS
/** Far more than a list of providers takes. */
const MOST_HEAP_MB = 128
/** Buffers are outside of the heap, so the memory of the process counts too. */
const MOST_GROWTH_BYTES = 2 * MOST_HEAP_MB * 2 ** 20
/** A thread inside of a system call does not stop before the call returns. */
const STOP_LIMIT_MS = 1_000

/** Runs in the thread, and finds the function as oclif does. As text, it is the same in the sources and in the build. */
const SOURCE = `
const { parentPort, workerData: { file, identifier, given, config } } = require('node:worker_threads')
const post = (text) => parentPort.postMessage(text)
// A thread with nothing to do would end, and a hook that waits would look like one that threw.
setInterval(() => {}, 1_000)
const isFunction = (value) => typeof value === 'function'
const search = (loaded) => [loaded, loaded.default, ...Object.values(loaded)].find(isFunction)
const find = (loaded) => {
  if (loaded === undefined || loaded === null) return undefined
  if (isFunction(loaded[identifier])) return loaded[identifier]
  return identifier === 'default' ? search(loaded) : undefined
}
const ignore = () => undefined
const fail = (error) => { throw error }
const context = { config, debug: ignore, error: fail, exit: fail, log: ignore, warn: ignore }
const run = async () => {
  const loaded = await import(file)
  const hook = find(loaded) ?? find(loaded.default)
  await hook?.call(context, { ...given, config, context })
}
run().then(() => post('ended'), () => post('threw'))
`

/** Runs all hooks of the plugin for this event in a thread; the first result other than `ended` is that of all. */
export async function probeHook(
  { root, hooks }: Pick<Interfaces.Plugin, 'root' | 'hooks'>,
  [event, given]: readonly [event: string, given: object],
  config: object,
  limits: ProbeLimits,
): Promise<ProbeResult> {
  for (const { target, identifier } of hooks[event] ?? []) {
    const path = findHookFile(root, target)
    if (path === null) return 'threw'
    const file = pathToFileURL(path).href
    const cloned = { given: cloneFields(given), config: cloneFields(config) }
    const workerData = { file, identifier, ...cloned }
    const result = await runInThread(workerData, limits)
    if (result !== 'ended') return result
  }
  return 'ended'
}

/** The file of a hook; its extension may be missing. Null: there is no file. */
export function findHookFile(root: string, target: string): string | null {
  const path = join(root, target)
  const names = ['.ts', '.js', '.mjs', '.cjs'].flatMap((end) => [`${path}${end}`, join(path, `index${end}`)])
  const found = (/\.[cm]?[jt]s$/.test(path) ? [path, ...names] : names).find((name) => existsSync(name))
  return found ?? null
}

/** The fields that a thread can have: no functions, and nothing that holds one. */
function cloneFields(value: object): Record<string, unknown> {
  const clones = Object.entries(value).flatMap(([name, field]) => {
    try {
      return [[name, structuredClone(field) as unknown] as const]
    } catch {
      return []
    }
  })
  return Object.fromEntries(clones)
}

async function runInThread(workerData: object, limits: ProbeLimits): Promise<ProbeResult> {
  const resourceLimits = { maxOldGenerationSizeMb: MOST_HEAP_MB }
  const worker = new Worker(SOURCE, { eval: true, workerData, stdout: true, stderr: true, resourceLimits })
  // The real run prints the same.
  worker.stdout.resume()
  worker.stderr.resume()
  const { promise, resolve } = Promise.withResolvers<ProbeResult>()
  const stopWatch = watchThread(worker, limits, resolve)
  try {
    return await promise
  } finally {
    stopWatch()
    // Its ports and locks are free for the real run.
    await Promise.race([worker.terminate(), delay(STOP_LIMIT_MS, undefined, { ref: false })])
  }
}

function watchThread(
  worker: Worker,
  { limitMs, clock = () => performance.now() }: ProbeLimits,
  onResult: (result: ProbeResult) => void,
): () => void {
  const rss = process.memoryUsage.rss()
  let last = clock()
  let countedMs = 0
  const ticker = setInterval(() => {
    const now = clock()
    countedMs += Math.min(now - last, MOST_PER_TICK_MS)
    last = now
    if (process.memoryUsage.rss() - rss > MOST_GROWTH_BYTES) onResult('oversized')
    else if (countedMs >= limitMs) onResult('unfinished')
  }, TICK_MS)
  // The code of the plugin may post messages too.
  worker.on('message', (text: unknown) => {
    if (text === 'ended' || text === 'threw') onResult(text)
  })
  worker.on('error', (error) => {
    onResult((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'oversized' : 'threw')
  })
  worker.on('exit', () => onResult('threw'))
  return () => clearInterval(ticker)
}
