import { execFile } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Account } from '../../src/lib/account/account.ts'
import { maskSecret } from '../../src/lib/account/mask.ts'
import { openAccountsDocument } from '../../src/lib/store/documents/accounts-document.ts'
import { resolveHome } from '../../src/lib/store/home.ts'
import { makeAccountId } from '../../src/lib/store/new-id.ts'
import { openVault } from '../../src/lib/store/vault/vault.ts'
import { root } from './machine.ts'
import { Started } from './processes.ts'
import type { Place } from './place.ts'

const run = promisify(execFile)
export const bin = join(root, 'bin', 'run.js')

/** The environment without variables that point qwenctl at the user's own home or settings. */
export function environment(home: string): NodeJS.ProcessEnv {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('QWENCTL_'))
  return { ...Object.fromEntries(clean), QWENCTL_HOME: home, NO_COLOR: '1' }
}

/** The built command in a separate home; stdout as JSON. */
export async function qwenctlJson(
  home: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<unknown> {
  const { stdout } = await run(process.execPath, [bin, ...args, '--json'], {
    env: { ...environment(home), ...env },
    maxBuffer: 1e9,
  })
  return JSON.parse(stdout)
}

/**
 * Creates a home with that many accounts at the base URL. It is written in one step, since ten thousand runs of
 * `auth add` are another benchmark. The limits are too large to reach, so everything is counted and nothing is
 * refused.
 */
export async function makeHome(folder: string, count: number, baseUrl: string): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `bench-${index + 1}`)
  await makeNamedHome(folder, Object.fromEntries(names.map((name) => [name, baseUrl])))
}

/** The same with one account per name, each at a separate base URL. */
async function makeNamedHome(folder: string, baseUrls: Readonly<Record<string, string>>): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const named = Object.entries(baseUrls)
  if (named.length === 0) return
  const env = environment(folder)
  const home = resolveHome(env)
  const vault = await openVault(home, env)
  const now = new Date().toISOString()
  const accounts = named.map(([name, baseUrl], index): Account => {
    const id = makeAccountId()
    const key = `sk-bench-${String(index).padStart(24, '0')}`
    const sealed = vault.seal(key, { user: 'local', accountId: id })
    return {
      id,
      user: 'local',
      provider: 'custom',
      name,
      groups: [],
      priority: 0,
      weight: 1,
      enabled: true,
      baseUrl,
      quotaGroup: null,
      egressProxy: null,
      models: null,
      credential: { type: 'api-key', sealed, hint: maskSecret(key) },
      limits: ['1000000000/day', '1000000000000tokens/day'],
      createdAt: now,
      updatedAt: now,
    }
  })
  await openAccountsDocument(home).update((data) => {
    data.accounts = accounts
  })
}

export function requireBuild(): void {
  if (!existsSync(join(root, 'dist', 'main.js'))) throw new Error('qwenctl is not built: npm run build')
}

export async function startQwenctl(
  place: Place,
  port: number,
  env: NodeJS.ProcessEnv = {},
  storeUrl: string | null = null,
): Promise<{ started: Started; counted: () => Promise<number> }> {
  requireBuild()
  await makeHome(place.folder, place.accounts, `http://127.0.0.1:${place.upstreamPort}/v1`)
  if (storeUrl !== null) await qwenctlJson(place.folder, ['store', 'move', storeUrl])
  const store = storeUrl === null ? {} : { QWENCTL_STORE_URL: storeUrl }
  const started = launch({ folder: place.folder, port, core: place.core, env: { ...env, ...store } })
  const counted = async () => {
    const quota = (await qwenctlJson(place.folder, ['quota', 'show'], store)) as {
      accounts: { today: { requests: number } }[]
    }
    return quota.accounts.reduce((sum, account) => sum + account.today.requests, 0)
  }
  return { started, counted }
}

/** A proxy over accounts with these names, each at a separate base URL; resolves once it listens. */
export async function startQwenctlOver(options: {
  folder: string
  port: number
  baseUrls: Readonly<Record<string, string>>
  env: NodeJS.ProcessEnv
}): Promise<Started> {
  requireBuild()
  const { folder, port, baseUrls, env } = options
  await makeNamedHome(folder, baseUrls)
  return launch({ folder, port, core: null, env }).listens(port)
}

function launch({
  folder,
  port,
  core,
  env = {},
}: {
  folder: string
  port: number
  core: number | null
  env?: NodeJS.ProcessEnv
}): Started {
  const args = [bin, 'proxy', 'start', '--port', String(port), '--json']
  return new Started({ command: process.execPath, args, core, env: { ...environment(folder), ...env } })
}
