// Takes the place of the `vitest` module while `npm run mutate` runs. Test files are loaded once, and their tests can
// then run many times in one process. Assertions are vitest's own.
import { format } from 'node:util'
import { expect as vitestExpect } from 'vitest'

type Action = (...values: never[]) => unknown

/** A test with the hooks around it, ready to run. */
export interface CollectedTest {
  /** The names of its suites and its own: unique within its file. */
  name: string
  file: string
  isSkipped: boolean
  run(): Promise<void>
}

interface Suite {
  name: string
  isSkipped: boolean
  beforeEach: Action[]
  afterEach: Action[]
  beforeAll: Action[]
}

let file = ''
let suites: Suite[] = []
let collected: CollectedTest[] = []
let names = new Map<string, number>()
let finishers: Action[] = []
let finishersOfAll: Action[] = []

/** Loads a test file and returns its tests. */
export async function collectTests(name: string, load: () => Promise<unknown>): Promise<CollectedTest[]> {
  file = name
  suites = [newSuite('', false)]
  collected = []
  names = new Map()
  await load()
  return collected
}

/** Runs the hooks that wait for the end of all tests. */
export async function finishAll(): Promise<void> {
  const actions = finishersOfAll
  finishersOfAll = []
  for (const action of actions) await call(action)
}

const newSuite = (name: string, isSkipped: boolean): Suite => ({
  name,
  isSkipped,
  beforeEach: [],
  afterEach: [],
  beforeAll: [],
})

const call = async (action: Action, ...values: unknown[]): Promise<unknown> =>
  (action as (...all: unknown[]) => unknown)(...values)

function addSuite(isSkipped: boolean, name: string, body: () => void): void {
  suites.push(newSuite(name, isSkipped))
  body()
  suites.pop()
}

function addTest(isSkipped: boolean, name: string, ...rest: unknown[]): void {
  const body = rest.find((value) => typeof value === 'function') as Action | undefined
  addRow(isSkipped || body === undefined, name, body ?? (() => undefined), [])
}

function addRow(isSkipped: boolean, name: string, body: Action, values: unknown[]): void {
  const around = [...suites]
  const full = [...around.map((suite) => suite.name), name].filter((part) => part !== '').join(' > ')
  const count = (names.get(full) ?? 0) + 1
  names.set(full, count)
  collected.push({
    name: count === 1 ? full : `${full} (${count})`,
    file,
    isSkipped: isSkipped || around.some((suite) => suite.isSkipped),
    run: () => runTest(around, body, values),
  })
}

async function runTest(around: readonly Suite[], body: Action, values: unknown[]): Promise<void> {
  finishers = []
  try {
    for (const suite of around) {
      for (const action of suite.beforeAll.splice(0)) await call(action)
      for (const action of suite.beforeEach) await call(action)
    }
    await call(body, ...values, ...(values.length === 0 ? [{ expect, onTestFinished }] : []))
  } finally {
    for (const suite of around.toReversed()) for (const action of suite.afterEach) await call(action)
    for (const action of finishers.toReversed()) await call(action)
  }
}

/** Fills `%s` and `$name` in the name of a row. */
function formatRow(name: string, values: unknown[], index: number): string {
  const [first] = values
  const withFields = name
    .replaceAll('%#', String(index))
    .replaceAll(/\$(\w+)/g, (text, key: string) =>
      typeof first === 'object' && first !== null && key in first
        ? String((first as Record<string, unknown>)[key])
        : text,
    )
  const places = withFields.match(/%[sdifjoO]/g)?.length ?? 0
  return format(withFields, ...values.slice(0, places))
}

function forRows(add: (name: string, values: unknown[], body: Action) => void) {
  return (rows: readonly unknown[]) =>
    (name: string, ...rest: unknown[]): void => {
      const body = rest.find((value) => typeof value === 'function') as Action
      for (const [index, row] of rows.entries()) {
        const values: unknown[] = Array.isArray(row) ? row : [row]
        add(formatRow(name, values, index), values, body)
      }
    }
}

const testWhen = (isSkipped: boolean) =>
  Object.assign(
    (name: string, ...rest: unknown[]) => {
      addTest(isSkipped, name, ...rest)
    },
    {
      each: forRows((name, values, body) => {
        addRow(isSkipped, name, body, values)
      }),
    },
  )

export const test = Object.assign(testWhen(false), {
  skip: testWhen(true),
  skipIf: (condition: unknown) => testWhen(Boolean(condition)),
  runIf: (condition: unknown) => testWhen(!condition),
})
export const it = test

const suiteWhen = (isSkipped: boolean) =>
  Object.assign(
    (name: string, body: () => void) => {
      addSuite(isSkipped, name, body)
    },
    {
      each: forRows((name, values, body) => {
        addSuite(isSkipped, name, () => void (body as (...all: unknown[]) => unknown)(...values))
      }),
    },
  )

export const describe = Object.assign(suiteWhen(false), {
  skip: suiteWhen(true),
  skipIf: (condition: unknown) => suiteWhen(Boolean(condition)),
  runIf: (condition: unknown) => suiteWhen(!condition),
})

export const beforeEach = (action: Action) => suites.at(-1)?.beforeEach.push(action)
export const afterEach = (action: Action) => suites.at(-1)?.afterEach.push(action)
export const beforeAll = (action: Action) => suites.at(-1)?.beforeAll.push(action)
export const afterAll = (action: Action) => finishersOfAll.push(action)
export const onTestFinished = (action: Action) => finishers.push(action)

/** Tries until the assertion holds, like vitest's own. */
async function waitFor<T>(
  attempt: () => T | Promise<T>,
  { timeout = 10_000, interval = 20 }: { timeout?: number; interval?: number } = {},
): Promise<T> {
  const end = Date.now() + timeout
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() >= end) throw error
      await new Promise((resolve) => setTimeout(resolve, interval))
    }
  }
}

export const vi = { waitFor }

type Assertions = Record<string, (...values: unknown[]) => unknown>

/** `expect.poll(read).toBe(value)`: asserts again until it holds. */
function poll(read: () => unknown, options?: { timeout?: number; interval?: number }): unknown {
  const assertions = (isNegated: boolean): unknown =>
    new Proxy(
      {},
      {
        get: (_, name: string) =>
          name === 'not'
            ? assertions(true)
            : (...values: unknown[]) =>
                waitFor(async () => {
                  const made = vitestExpect(await read())
                  const chosen = (isNegated ? made.not : made) as unknown as Assertions
                  await chosen[name]?.(...values)
                }, options),
      },
    )
  return assertions(false)
}

export const expect = Object.assign(
  (value: unknown, message?: string) => vitestExpect(value, message),
  vitestExpect,
  { poll },
)
