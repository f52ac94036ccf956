import { AsyncLocalStorage } from 'node:async_hooks'

// Standard output belongs to the document of a command. What plugins print while they are asked goes to standard error.
// They cannot end the process either: other providers still serve.

const asking = new AsyncLocalStorage<true>()
let callDepth = 0
let installed: typeof process.stdout.write | null = null
let hasExitGuard = false

/** Runs code of plugins, and what it starts for later, with everything that it prints on standard error. */
export function keepOutputAside<Value>(run: () => Value): Value {
  install()
  return asking.run(true, run)
}

/** The same for a call that answers at once; costs less. */
export function keepCallAside<Value>(call: () => Value): Value {
  install()
  callDepth += 1
  try {
    return call()
  } finally {
    callDepth -= 1
  }
}

function install(): void {
  const { stdout, stderr } = process
  if (!hasExitGuard) guardExit()
  if (stdout.write === installed) return
  const write = stdout.write.bind(stdout) as (...given: unknown[]) => boolean
  const writeAside = (...given: unknown[]) => stderr.write(...(given as [string]))
  installed = (...given: unknown[]) =>
    callDepth > 0 || asking.getStore() === true ? writeAside(...given) : write(...given)
  stdout.write = installed
}

function guardExit(): void {
  hasExitGuard = true
  const exit = process.exit.bind(process)
  const guarded = (code?: number | string | null): never => {
    if (callDepth === 0 && asking.getStore() !== true) return exit(code)
    const refused = new Error(`it called process.exit(${code ?? ''})`)
    Error.captureStackTrace(refused, guarded) // the innermost frame is that of the plugin
    throw refused
  }
  process.exit = guarded
}
