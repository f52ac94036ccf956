import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { defineProvider } from '../../../src/lib/provider/define-provider.ts'
import type { Provider } from '../../../src/lib/provider/provider.ts'
import { openToolkit } from '../../../src/lib/toolkit/open-toolkit.ts'
import type { ToolkitOptions } from '../../../src/lib/toolkit/open-toolkit.ts'
import type { Toolkit } from '../../../src/lib/toolkit/toolkit.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'

/** A fixed time for tests that compare times: noon, so that no window ends while a test runs. */
export const NOON = Date.parse('2026-11-22T12:00:00.000Z')

/** A toolkit over a home (a fresh one by default), closed when the test ends. */
export async function givenToolkit(
  options: Partial<ToolkitOptions> & { home?: string; providers?: Provider[] } = {},
): Promise<Toolkit> {
  const { home = temporaryFolder(), providers, ...rest } = options
  const answers = providers === undefined ? undefined : [{ plugin: 'test', providers }]
  const toolkit = openToolkit({
    clock: () => NOON,
    ...(answers === undefined ? {} : { loadProviders: async () => ({ answers, failures: [] }) }),
    ...rest,
    env: { QWENCTL_HOME: home, ...options.env },
  })
  onTestFinished(() => toolkit.close())
  return toolkit
}

/** A service of our own with a daily default limit, whatever the built-in ones have at the moment. */
export function acme(overrides: Partial<Parameters<typeof defineProvider>[0]> = {}): Provider {
  return defineProvider({
    id: 'acme',
    label: 'Acme AI',
    endpoints: [
      { id: 'global', label: 'Acme', openai: 'https://api.acme.example/v1' },
      { id: 'plan', label: 'Acme plan', openai: 'https://plan.acme.example/v1', limits: ['50/5h@first-use'] },
    ],
    defaultLimits: ['100/day'],
    keyPattern: /^sk-/,
    ...overrides,
  })
}

export const KEY = 'sk-0123456789abcdef0123456789abcdef'

/** Every file below a folder with its text. */
export async function filesBelow(folder: string): Promise<{ path: string; text: string }[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Promise.all(files.map(async (path) => ({ path, text: await readFile(path, 'latin1') })))
}

/** The ledger's lines of one type, as they were written. */
export async function ledgerEvents(toolkit: Toolkit, type: string): Promise<Record<string, unknown>[]> {
  const files = await filesBelow(toolkit.home.ledgerFolder)
  return files
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((event) => event.type === type)
}
