import type { Account } from '../../account/account.ts'
import { isQwenctlError } from '../../base/errors.ts'
import type { QwenctlError } from '../../base/errors.ts'
import { openAccountsDocument } from '../../store/documents/accounts-document.ts'
import type { EgressAgents } from '../../net/egress-agents.ts'
import { missingProviderFix, formatMissingProvider } from '../providers/missing-provider.ts'
import type { ProviderRegistry } from '../providers/provider-registry.ts'
import type { Check } from './check.ts'
import { check } from './check.ts'
import type { DoctorParts } from './doctor-parts.ts'

interface Probe {
  origin: string
  /** Null: no response. */
  status: number | null
  /** How far this machine's clock is ahead of the service's; null: unknown. */
  aheadMs: number | null
  reason: string
}

/** The `date` header has whole seconds, and a response takes time. */
const CLOCK_TOLERANCE_MS = 60_000

/** Asks each service with accounts once, without a key; any response proves that it is reachable. */
export async function checkServices(parts: DoctorParts): Promise<Check[]> {
  const data = await openAccountsDocument(parts.home)
    .read()
    .catch(() => null) // the check of accounts.json reports it
  const providers = await parts.providers()
  const accounts = data?.accounts ?? []
  return [
    ...checkPlugins(accounts, providers),
    ...(await checkOrigins(listOrigins(accounts, providers), parts)),
  ]
}

/** Reports accounts without their plugin, and faulty plugins; empty without plugins. */
function checkPlugins(accounts: Account[], providers: ProviderRegistry): Check[] {
  const title = 'provider plugins'
  const problem = providers.problems.join('; ')
  const [orphan, ...others] = accounts.filter(({ provider }) => !providers.has(provider))
  if (orphan !== undefined) {
    const more = others.length === 0 ? '' : `, and ${others.length} more`
    const failed = problem === '' ? '' : `; ${problem}`
    const detail = `${orphan.provider}/${orphan.name} cannot serve${more}: ${formatMissingProvider(orphan.provider)}${failed}`
    return [check('plugins', title, { status: 'fail', detail, fix: missingProviderFix(orphan) })]
  }
  if (problem !== '') return [check('plugins', title, { status: 'warn', detail: problem })]
  const plugins = new Set(providers.views().map(({ plugin }) => plugin))
  plugins.delete('qwenctl')
  if (plugins.size === 0) return []
  return [check('plugins', title, { status: 'ok', detail: [...plugins].join(', ') })]
}

async function checkOrigins(origins: string[], parts: DoctorParts): Promise<Check[]> {
  if (origins.length === 0) {
    const skipped = {
      status: 'skip',
      detail: 'no account is at a service that can be asked directly',
    } as const
    return [check('services', 'providers', skipped), check('clock', 'clock against the providers', skipped)]
  }
  const agents = await openAgents(parts)
  if (isQwenctlError(agents)) {
    const { message: detail, hint: fix } = agents
    return [check('services', 'providers', { status: 'fail', detail, fix }), clockCheck([])]
  }
  const probes = await Promise.all(origins.map((origin) => probe(origin, agents, parts)))
  return [reachability(probes), clockCheck(probes)]
}

/** Accounts with an egress proxy are not asked directly: the provider would see another address. */
function listOrigins(accounts: Account[], providers: ProviderRegistry): string[] {
  const urls = accounts
    .filter(({ egressProxy, provider }) => egressProxy === null && providers.has(provider))
    .map(({ provider: id, baseUrl }) => {
      const provider = providers.get(id)
      const bases = provider.bases(baseUrl)
      return provider.simulated ? null : (bases.openai ?? bases.anthropic)
    })
  return [...new Set(urls.filter((url) => url !== null).map((url) => new URL(url).origin))]
}

/** The agents, or the fault in the certificate files. */
async function openAgents({ egress, timeoutMs }: DoctorParts): Promise<EgressAgents | QwenctlError> {
  try {
    return (await egress()).agents([], timeoutMs)
  } catch (error) {
    if (isQwenctlError(error)) return error
    throw error
  }
}

async function probe(
  origin: string,
  agent: EgressAgents,
  { timeoutMs, userAgent, clock }: DoctorParts,
): Promise<Probe> {
  const { default: got } = await import('got')
  try {
    const { statusCode, headers } = await got(`${origin}/`, {
      method: 'HEAD',
      headers: { 'user-agent': userAgent },
      agent,
      timeout: { request: timeoutMs },
      followRedirect: false,
      retry: { limit: 0 },
      throwHttpErrors: false,
    })
    const date = Date.parse(headers.date ?? '')
    const aheadMs = Number.isNaN(date) ? null : clock() - date
    return { origin, status: statusCode, aheadMs, reason: '' }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { origin, status: null, aheadMs: null, reason: code ?? 'no answer' }
  }
}

function reachability(probes: Probe[]): Check {
  const silent = probes.filter(({ status }) => status === null)
  if (silent.length === 0) {
    const detail = `${probes.map(({ origin }) => new URL(origin).host).join(', ')} ${probes.length === 1 ? 'answers' : 'answer'}`
    return check('services', 'providers', { status: 'ok', detail })
  }
  const detail = silent
    .map(({ origin, reason }) => `${new URL(origin).host} cannot be reached (${reason})`)
    .join(', ')
  const fix = 'check the network, the name lookup, and the base URL of those accounts'
  return check('services', 'providers', { status: 'fail', detail, fix })
}

function clockCheck(probes: Probe[]): Check {
  const title = 'clock against the providers'
  const told = probes.map(({ aheadMs }) => aheadMs).filter((aheadMs) => aheadMs !== null)
  // The smallest difference counts: one server with a wrong clock does not show a fault of this machine.
  const [nearest] = told.sort((a, b) => Math.abs(a) - Math.abs(b))
  if (nearest === undefined)
    return check('clock', title, { status: 'skip', detail: 'no provider told its time' })
  const seconds = Math.round(Math.abs(nearest) / 1000)
  if (Math.abs(nearest) <= CLOCK_TOLERANCE_MS)
    return check('clock', title, { status: 'ok', detail: `${seconds} s apart` })
  const detail = `this machine is ${seconds} s ${nearest > 0 ? 'ahead' : 'behind'}: windows end at the wrong time`
  return check('clock', title, { status: 'fail', detail, fix: 'set the clock of this machine, best by NTP' })
}
