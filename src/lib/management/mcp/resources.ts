import { formatTime } from '../../base/iso-time.ts'
import { isQwenctlError } from '../../base/errors.ts'
import type { ProviderRegistry } from '../../toolkit/toolkit.ts'
import { showHistory } from '../routes/history.ts'
import { RpcError, rpcCodes } from './json-rpc.ts'
import type { Access, McpView } from './mcp-view.ts'
import { listModels, showQuota } from './mcp-view.ts'

interface Resource {
  uri: string
  name: string
  description: string
  /** The least that opens it, as for the same document of the REST API. */
  access: Access
  read(view: McpView): Promise<object>
}

const SCHEME = 'qwenctl://'

/** The `--json` documents of commands. */
const resources: readonly Resource[] = [
  {
    uri: `${SCHEME}quota`,
    name: 'quota',
    description: 'what is left: quota show --json',
    access: 'key',
    read: (view) => showQuota(view, [], {}),
  },
  {
    uri: `${SCHEME}accounts`,
    name: 'accounts',
    description: 'the accounts with their status: auth list --json',
    access: 'key',
    read: async (view) => ({
      accounts:
        view.key === null ? await view.toolkit.accounts.list() : (await showQuota(view, [], {})).accounts,
    }),
  },
  {
    uri: `${SCHEME}models`,
    name: 'models',
    description: 'the models and their accounts: models --json',
    access: 'key',
    read: async (view) => ({
      now: formatTime(view.clock()),
      models: await listModels(view, {}),
      order: null,
    }),
  },
  {
    uri: `${SCHEME}history`,
    name: 'history',
    description: 'the usage of thirty days: quota history --json',
    access: 'user',
    read: ({ toolkit }) => showHistory(toolkit, {}),
  },
  {
    uri: `${SCHEME}keys`,
    name: 'keys',
    description: 'the client keys, without secrets: keys list --json',
    access: 'admin',
    read: async ({ toolkit }) => ({ keys: await toolkit.keys.list() }),
  },
  {
    uri: `${SCHEME}jobs`,
    name: 'jobs',
    description: 'the scheduled jobs: jobs list --json',
    access: 'admin',
    read: async ({ toolkit }) => ({ jobs: await toolkit.jobs.list() }),
  },
  {
    uri: `${SCHEME}batches`,
    name: 'batches',
    description: 'the batches: batch list --json',
    access: 'admin',
    read: ({ toolkit }) => Promise.resolve({ batches: toolkit.batches.list() }),
  },
  {
    uri: `${SCHEME}providers`,
    name: 'providers',
    description: 'the supported services: providers list --json',
    access: 'user',
    read: async ({ toolkit }) => ({ providers: listProviders(await toolkit.providers()) }),
  },
]

export function listResources(view: McpView): object[] {
  return resources
    .filter((resource) => opens(view, resource))
    .map(({ uri, name, description }) => ({ uri, name, description, mimeType: 'application/json' }))
}

export const resourceTemplates = [
  {
    uriTemplate: `${SCHEME}accounts/{account}`,
    name: 'account',
    description: 'one account, by reference or id: accounts show --json',
    mimeType: 'application/json',
  },
]

/** Throws `RpcError` for an unknown resource; one of others is as unknown. */
export async function readResource(view: McpView, uri: unknown): Promise<object> {
  const found = resources.find((one) => one.uri === uri)
  const document =
    found !== undefined && opens(view, found) ? await found.read(view) : await readAccount(view, uri)
  if (document === null || typeof uri !== 'string')
    throw new RpcError(rpcCodes.resourceNotFound, 'there is no such resource', {
      uri: String(uri).slice(0, 200),
    })
  return { contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(document) }] }
}

const ranks: Record<Access, number> = { key: 0, user: 1, admin: 2 }

function opens(view: McpView, resource: Resource): boolean {
  return ranks[view.access] >= ranks[resource.access]
}

async function readAccount(view: McpView, uri: unknown): Promise<object | null> {
  const start = `${SCHEME}accounts/`
  if (typeof uri !== 'string' || !uri.startsWith(start)) return null
  const reference = decode(uri.slice(start.length))
  if (view.key !== null) {
    const found = await showQuota(view, [reference], {}).catch(nullIfUnknown)
    return found === null ? null : { account: found.accounts[0] }
  }
  const account = await view.toolkit.accounts.show(reference).catch(nullIfUnknown)
  return account === null ? null : { account }
}

/** Throws every error that does not mean that the reference names no single account. */
function nullIfUnknown(error: unknown): null {
  if (isQwenctlError(error) && ['account_not_found', 'ambiguous_account'].includes(error.code)) return null
  throw error
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function listProviders(registry: ProviderRegistry): object[] {
  return registry.all().map(({ id }) => registry.show(id))
}
