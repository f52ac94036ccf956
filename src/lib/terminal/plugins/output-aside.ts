import { AsyncLocalStorage } from 'node:async_hooks'

// Standard output belongs to the document of a command. The output of plugins goes to standard error.
// They cannot end the process either: other providers still serve.

/** The code that runs. `plugin`: null where it belongs to several. */
const running = new AsyncLocalStorage<{ plugin: string | null }>()
let callDepth = 0
let installed: typeof process.stdout.write | null = null
/** The exit of Node, once the guarded one is in its place. */
let exitOfNode: typeof process.exit | null = null

/** Runs code of plugins, and what it starts for later, with everything that it prints on standard error. */
export function keepOutputAside<Value>(run: () => Value, plugin: string | null = null): Value {
  install()
  return running.run({ plugin }, run)
}

/** As `keepOutputAside`, for a call without later work. It costs less. */
export function keepCallAside<Value>(call: () => Value): Value {
  install()
  callDepth += 1
  try {
    return call()
  } finally {
    callDepth -= 1
  }
}

/** The plugin that started the code that runs now; null: no plugin, or one of several. */
export function findRunningPlugin(): string | null {
  return running.getStore()?.plugin ?? null
}

/** Ends the process, also where code of plugins may not. */
export function endProcess(code: number): never {
  return (exitOfNode ?? process.exit)(code)
}

function install(): void {
  const { stdout, stderr } = process
  if (exitOfNode === null) guardExit()
  if (stdout.write === installed) return
  const write = stdout.write.bind(stdout) as (...given: unknown[]) => boolean
  const writeAside = (...given: unknown[]) => stderr.write(...(given as [string]))
  installed = (...given: unknown[]) => (isAside() ? writeAside(...given) : write(...given))
  stdout.write = installed
}

function isAside(): boolean {
  return callDepth > 0 || running.getStore() !== undefined
}

function guardExit(): void {
  const exit = process.exit.bind(process)
  exitOfNode = exit
  const guarded = (code?: number | string | null): never => {
    // Node would take a missing code that is given for the end of a run without a fault.
    if (!isAside()) return exit(code ?? process.exitCode)
    const refused = new Error(`it called process.exit(${code ?? ''})`)
    Error.captureStackTrace(refused, guarded) // the innermost frame is that of the plugin
    throw refused
  }
  process.exit = guarded
}
