import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Interfaces } from '@oclif/core'

// A loop without an end blocks its thread: no timer and no signal handler runs again. So a hook runs in a thread of its
// own first, which can be stopped. Only then does it run in the thread of the command or of the proxy.

/** A hook that still waits for something so long after its call counts as asynchronous: it does not block. */
const ASYNCHRONOUS_AFTER_MS = 500
const BEAT_MS = 50

/** Runs in the thread. As text, it is the same in the sources and in the build. */
const SOURCE = `
const { parentPort, workerData: { file, identifier, given, beatMs } } = require('node:worker_threads')
const post = (text) => parentPort.postMessage(text)
setInterval(() => post('alive'), beatMs)
const ignore = () => undefined
const context = { config: {}, debug: ignore, error: ignore, exit: ignore, log: ignore, warn: ignore }
const isFunction = (value) => typeof value === 'function'
const run = async () => {
  const loaded = await import(file)
  const hook = loaded[identifier] ?? [loaded, loaded.default, ...Object.values(loaded)].find(isFunction)
  post('called')
  await hook?.call(context, { ...given, config: {}, context })
}
run().then(() => post('settled'), () => post('settled'))
`

/**
 * Whether no hook of the plugin for this event blocks its thread for longer than the limit. A fault of a hook is none here:
 * it shows again in the real run.
 */
export async function endsOrWaits(
  { root, hooks }: Pick<Interfaces.Plugin, 'root' | 'hooks'>,
  [event, given]: readonly [event: string, given: Record<string, unknown>, ...rest: unknown[]],
  limitMs: number,
): Promise<boolean> {
  for (const { target, identifier } of hooks[event] ?? []) {
    const file = findFile(root, target)
    if (file === null) continue
    const workerData = { file, identifier, given: keepPlain(given), beatMs: BEAT_MS }
    if (!(await isReturning(workerData, limitMs))) return false
  }
  return true
}

/** Sources in TypeScript, as while a plugin is written, are not probed. */
function findFile(root: string, target: string): string | null {
  const path = join(root, target)
  const found = [path, `${path}.js`, `${path}.mjs`, `${path}.cjs`].find(
    (name) => /\.[cm]?js$/.test(name) && existsSync(name),
  )
  return found === undefined ? null : pathToFileURL(found).href
}

/** A thread takes no functions and no objects of classes. */
function keepPlain(given: Record<string, unknown>): Record<string, unknown> {
  const isPlain = (value: unknown) => ['string', 'number', 'boolean'].includes(typeof value)
  return Object.fromEntries(Object.entries(given).filter(([, value]) => isPlain(value)))
}

function isReturning(workerData: object, limitMs: number): Promise<boolean> {
  const worker = new Worker(SOURCE, { eval: true, workerData, stdout: true, stderr: true })
  // Counts, and no times: while a machine sleeps, a silent thread is not stuck.
  let silentBeats = 0
  let calledAt = Infinity
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const watch = setInterval(() => {
    silentBeats += 1
    if (silentBeats * BEAT_MS > limitMs) resolve(false)
  }, BEAT_MS)
  worker.on('message', (text: string) => {
    silentBeats = 0
    if (text === 'called') calledAt = Date.now()
    if (text === 'settled' || Date.now() - calledAt > ASYNCHRONOUS_AFTER_MS) resolve(true)
  })
  worker.on('error', () => resolve(true))
  worker.on('exit', () => resolve(true))
  return promise.finally(() => {
    clearInterval(watch)
    void worker.terminate()
  })
}
