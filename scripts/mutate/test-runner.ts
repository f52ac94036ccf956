// A test runner for Stryker: it loads the tests of a room once and runs them again for each change, in one process.
// vitest's own runner starts a worker and loads all files for each change: six seconds, where this one takes 0.1 s.
import { globSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { configureGlobal } from 'fast-check'
import { type CollectedTest, collectTests, finishAll } from './collect-tests.ts'

/** The values that the instrumented sources read and write, by the names that Stryker gives them. */
interface Instrumentation {
  activeMutant?: string | undefined
  currentTestId?: string | undefined
  mutantCoverage?: unknown
  hitCount?: number
  hitLimit?: number
}

interface MutantRun {
  testFilter?: string[]
  hitLimit?: number
  activeMutant: { id: string }
  mutantActivation: 'runtime' | 'static'
  reloadEnvironment: boolean
}

type MutantResult =
  | { status: 'killed'; killedBy: string[]; failureMessage: string; nrOfTests: number }
  | { status: 'survived'; nrOfTests: number }
  | { status: 'timeout'; reason: string }

const SUCCESS = 0
const FAILED = 1
const SKIPPED = 2

const instrumentation = ((globalThis as { __stryker__?: Instrumentation }).__stryker__ ??= {})

/** Children that a test starts read the active change from here. */
const ACTIVE = '__STRYKER_ACTIVE_MUTANT__'

class InProcessRunner {
  #tests = new Map<string, CollectedTest>()
  /** The CPU time of each test, from the first run. */
  #milliseconds = new Map<string, number>()
  #load = 0

  capabilities() {
    return { reloadEnvironment: true }
  }

  init() {
    const root = pathToFileURL(process.cwd()).href
    const standIn = new URL('collect-tests.ts', import.meta.url).href
    registerHooks({
      resolve: (name, context, next) => {
        const isOfSandbox = context.parentURL?.startsWith(root) === true
        if (name === 'vitest' && isOfSandbox) return { url: standIn, shortCircuit: true }
        const found = next(name, context)
        if (!isOfSandbox || !found.url.startsWith(root) || found.url.includes('/node_modules/')) return found
        // Another query makes Node load the module again, with a state of its own.
        return this.#load === 1 ? found : { ...found, url: `${found.url}?load=${this.#load}` }
      },
    })
    // Any counterexample is enough, so none is made smaller.
    configureGlobal({ endOnFailure: true })
    process.on('unhandledRejection', () => undefined)
    process.on('uncaughtException', () => undefined)
    return Promise.resolve()
  }

  async dryRun() {
    instrumentation.mutantCoverage = { static: {}, perTest: {} }
    await this.#loadTests()
    const tests = []
    for (const [id, test] of this.#tests) {
      const base = { id, name: test.name, fileName: test.file }
      if (test.isSkipped) {
        tests.push({ ...base, status: SKIPPED, timeSpentMs: 0 })
        continue
      }
      instrumentation.currentTestId = id
      const start = performance.now()
      const cpu = process.cpuUsage()
      const failure = await findFailure(test)
      const timeSpentMs = performance.now() - start
      const { user, system } = process.cpuUsage(cpu)
      instrumentation.currentTestId = undefined
      this.#milliseconds.set(id, (user + system) / 1_000)
      tests.push(
        failure === null
          ? { ...base, status: SUCCESS, timeSpentMs }
          : { ...base, status: FAILED, timeSpentMs, failureMessage: failure },
      )
    }
    return { status: 'complete', tests, mutantCoverage: instrumentation.mutantCoverage }
  }

  async mutantRun(run: MutantRun): Promise<MutantResult> {
    instrumentation.hitLimit = run.hitLimit ?? Infinity
    if (this.#tests.size === 0 || run.reloadEnvironment)
      await this.#loadTests(run.mutantActivation === 'static' ? run.activeMutant.id : undefined)
    const first = await this.#runOnce(run)
    if (run.mutantActivation === 'static') return first
    // Modules may remember what they computed before the change, or with the one before: such a verdict is not valid.
    const isDoubtful =
      first.status === 'survived'
        ? instrumentation.hitCount === 0
        : first.status === 'killed' && (await this.#failsUnchanged(first.killedBy))
    if (!isDoubtful) return first
    await this.#loadTests()
    return this.#runOnce(run)
  }

  async dispose() {
    await finishAll()
  }

  async #loadTests(active?: string): Promise<void> {
    this.#load++
    this.#tests.clear()
    activate(active)
    const folders = JSON.parse(process.env.QWENCTL_MUTATED_TESTS ?? '[]') as string[]
    const patterns = folders.map((name) => (name.endsWith('.ts') ? name : `${name}/**/*.test.ts`))
    for (const file of globSync(patterns).sort()) {
      const url = `${pathToFileURL(join(process.cwd(), file)).href}?load=${this.#load}`
      for (const test of await collectTests(file, () => import(url)))
        this.#tests.set(`${file}#${test.name}`, test)
    }
    activate(undefined)
  }

  /** Runs the quickest tests first, and stops at the first one that fails. */
  async #runOnce({ testFilter, activeMutant }: MutantRun): Promise<MutantResult> {
    const longest = Number(process.env.QWENCTL_LONGEST_TEST ?? Infinity)
    const cost = (id: string) => this.#milliseconds.get(id) ?? 0
    const ids = [...(testFilter ?? this.#tests.keys())]
      .filter((id) => cost(id) <= longest)
      .sort((a, b) => cost(a) - cost(b))
    instrumentation.hitCount = 0
    activate(activeMutant.id)
    try {
      let nrOfTests = 0
      for (const id of ids) {
        const test = this.#tests.get(id)
        if (test === undefined || test.isSkipped) continue
        nrOfTests++
        const failureMessage = await findFailure(test)
        if (instrumentation.hitCount > (instrumentation.hitLimit ?? Infinity))
          return { status: 'timeout', reason: 'The change was reached too often.' }
        if (failureMessage !== null) return { status: 'killed', killedBy: [id], failureMessage, nrOfTests }
      }
      return { status: 'survived', nrOfTests }
    } finally {
      activate(undefined)
    }
  }

  async #failsUnchanged(ids: readonly string[]): Promise<boolean> {
    for (const id of ids) {
      const test = this.#tests.get(id)
      if (test !== undefined && (await findFailure(test)) !== null) return true
    }
    return false
  }
}

function activate(id: string | undefined): void {
  instrumentation.activeMutant = id
  if (id === undefined) Reflect.deleteProperty(process.env, ACTIVE)
  else process.env[ACTIVE] = id
}

async function findFailure(test: CollectedTest): Promise<string | null> {
  try {
    await test.run()
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** Names a change as soon as no test notices it: a run that ends early has told what it found. */
class SurvivorReporter {
  onMutantTested({ status, fileName, location, mutatorName, replacement }: TestedMutant) {
    if (status !== 'Survived' && status !== 'NoCoverage') return
    const place = `${fileName}:${location.start.line}:${location.start.column}`
    console.log(`${status} ${place} ${mutatorName}: ${replacement?.replaceAll(/\s+/g, ' ') ?? ''}`)
  }
}

interface TestedMutant {
  status: string
  fileName: string
  location: { start: { line: number; column: number } }
  mutatorName: string
  replacement?: string
}

export const strykerPlugins = [
  { kind: 'TestRunner', name: 'in-process', injectableClass: InProcessRunner },
  { kind: 'Reporter', name: 'survivors', injectableClass: SurvivorReporter },
]
