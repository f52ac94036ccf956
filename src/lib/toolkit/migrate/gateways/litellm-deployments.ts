import { makeFinding } from '../finding.ts'
import type { AliasFinding, Finding } from '../finding.ts'
import { keyFinding } from '../read/key-problem.ts'
import { readFields, isNo, readNumber, readText } from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import type { Variables } from '../read/references.ts'
import { resolveReferences, resolveValue } from '../read/references.ts'
import { serviceAt, serviceCalled } from '../read/service.ts'
import type { Service } from '../read/service.ts'
import type { ReadContext, SourceFile } from '../read/source.ts'
import { splitKeys } from '../read/split-keys.ts'
import { lookUp } from '../../../base/text/look-up.ts'

/** LiteLLM's service names that differ from those of the services (docs.litellm.ai/docs/providers, read 2026-11-30). */
const services: Readonly<Record<string, { provider: string; keyVariable?: string }>> = {
  dashscope: { provider: 'qwen' },
  fireworks_ai: { provider: 'fireworks', keyVariable: 'FIREWORKS_AI_API_KEY' },
  custom_openai: { provider: 'custom' },
  openai_like: { provider: 'custom' },
  litellm_proxy: { provider: 'custom' },
  hosted_vllm: { provider: 'custom', keyVariable: 'HOSTED_VLLM_API_KEY' },
  lm_studio: { provider: 'custom', keyVariable: 'LM_STUDIO_API_KEY' },
  text_completion_openai: { provider: 'openai' },
  xai: { provider: 'xai', keyVariable: 'XAI_API_KEY' },
  together_ai: { provider: 'together', keyVariable: 'TOGETHERAI_API_KEY' },
  azure: { provider: 'custom', keyVariable: 'AZURE_API_KEY' },
  azure_ai: { provider: 'custom', keyVariable: 'AZURE_AI_API_KEY' },
  moonshot: { provider: 'moonshot', keyVariable: 'MOONSHOT_API_KEY' },
  zai: { provider: 'zai', keyVariable: 'ZAI_API_KEY' },
  cerebras: { provider: 'cerebras', keyVariable: 'CEREBRAS_API_KEY' },
  nvidia_nim: { provider: 'nvidia', keyVariable: 'NVIDIA_NIM_API_KEY' },
  minimax: { provider: 'minimax', keyVariable: 'MINIMAX_API_KEY' },
}

/** The variables of base URLs that LiteLLM reads for a service. */
const baseVariables: Readonly<Record<string, string>> = {
  azure: 'AZURE_API_BASE',
  azure_ai: 'AZURE_AI_API_BASE',
  openai: 'OPENAI_API_BASE',
  hosted_vllm: 'HOSTED_VLLM_API_BASE',
  lm_studio: 'LM_STUDIO_API_BASE',
}

/** Parameters that become fields of the account, or that are irrelevant to it. */
const used = new Set(
  ['model', 'api_key', 'api_base', 'base_url', 'rpm', 'tpm', 'weight', 'order'].concat([
    'custom_llm_provider',
    'litellm_credential_name',
    'api_version',
    'disabled',
    'drop_params',
  ]),
)

/** For each model name, the other names under which its deployments also answer. */
export type Chains = ReadonlyMap<string, readonly Omit<AliasFinding, 'model'>[]>

export interface Deployment {
  group: string
  model: string
  /** Null: a service that qwenctl does not know. */
  service: Service | null
  kind: string
  secret: string | null
  /** Why it cannot be imported; null: it can. */
  problem: string | null
  rpm: number | null
  tpm: number | null
  weight: number | null
  /** The tier; the smallest first, as here (docs.litellm.ai/docs/routing, read 2026-11-30). */
  order: number | null
  enabled: boolean
  leftBehind: string[]
}

export interface Context {
  credentials: Fields[]
  variables: Variables
  context: ReadContext
}

/** The deployments of an entry: one for each key. */
export function readDeployments(entry: Fields, given: Context): Deployment[] {
  const own = readFields(entry['litellm_params'])
  const credential = given.credentials.find(
    ({ credential_name: name }) => name !== undefined && name === own['litellm_credential_name'],
  )
  const params = { ...readFields(credential?.['credential_values']), ...own }
  const written = readText(params['model']) ?? ''
  const slash = written.indexOf('/')
  const kind =
    readText(params['custom_llm_provider']) ??
    (slash < 0 ? bareKind(written, given) : written.slice(0, slash))
  const model = written.slice(slash + 1).replace(/^(responses|chat)\//, '')
  const base = readBase(params, kind, given.variables)
  const service = findService(kind, base.text, given.context)
  const deployment = {
    group: readText(entry['model_name']) ?? model,
    model,
    kind,
    service,
    rpm: readNumber(params['rpm']),
    tpm: readNumber(params['tpm']),
    weight: readNumber(params['weight']),
    order: readNumber(params['order']),
    enabled: params['disabled'] !== true && !isNo(readFields(entry['model_info'])['enabled']),
    leftBehind: Object.keys(own).filter((name) => !used.has(name)),
  }
  const key = readKey(params, kind, { service, ...given })
  const problem = base.missing === null ? null : `${base.missing} is not set here`
  const reason = problem ?? azureProblem(params, kind, base.text) ?? key.problem
  const secrets = key.secret === null ? [null] : splitKeys(key.secret)
  return secrets.map((secret) => ({ ...deployment, secret, problem: reason }))
}

/** `gpt-5` names no service: the provider that has the model, else LiteLLM's own choice. */
function bareKind(model: string, { context }: Context): string {
  return context.providers.find((provider) => provider.serves(model) === true)?.id ?? 'openai'
}

function readBase(
  params: Fields,
  kind: string,
  variables: Variables,
): { text: string | null; missing: string | null } {
  const written = readText(params['api_base']) ?? readText(params['base_url'])
  if (written !== null) return resolveReferences(written, variables)
  const variable = lookUp(baseVariables, kind)
  return { text: variable === undefined ? null : resolveValue(variables, variable), missing: null }
}

function findService(kind: string, baseUrl: string | null, context: ReadContext): Service | null {
  const known = lookUp(services, kind)
  if (known?.provider === 'custom') {
    return baseUrl === null ? null : serviceAt(context.providers, baseUrl, 'custom')
  }
  return serviceCalled(context.providers, known?.provider ?? kind, baseUrl)
}

function azureProblem(params: Fields, kind: string, baseUrl: string | null): string | null {
  if (kind !== 'azure' && kind !== 'azure_ai') return null
  if (baseUrl === null) return 'its Azure resource is not named: api_base is missing'
  const isLogin = ['azure_ad_token', 'tenant_id', 'client_id'].some((name) => name in params)
  return isLogin && !('api_key' in params)
    ? 'a login of Microsoft Entra, which qwenctl does not renew; a key of the resource works'
    : null
}

function readKey(
  params: Fields,
  kind: string,
  { service, variables, context }: Context & { service: Service | null },
): { secret: string | null; problem: string | null } {
  const written = readText(params['api_key'])
  if (written !== null) {
    const { text, missing } = resolveReferences(written, variables)
    return { secret: text, problem: text === null ? `${missing ?? 'its key'} is not set here` : null }
  }
  const provider = context.providers.find(({ id }) => id === service?.provider)
  const names = [lookUp(services, kind)?.keyVariable, ...(provider?.keyVariables ?? [])].filter(
    (name) => name !== undefined,
  )
  const secret = names.map((name) => resolveValue(variables, name)).find((value) => value !== null) ?? null
  if (secret !== null) return { secret, problem: null }
  return {
    secret,
    problem: names.length === 0 ? 'it has no key' : `it has no key, and ${names[0]} is not set here`,
  }
}

/** Deployments with the same key at the same service, in the order of the list. */
export function mergeDeployments(deployments: Deployment[]): Deployment[][] {
  const groups = new Map<string, Deployment[]>()
  for (const [index, one] of deployments.entries()) {
    const { service, secret, enabled } = one
    const key =
      secret === null
        ? `none ${index}`
        : JSON.stringify([service?.provider, service?.baseUrl, secret, enabled])
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()]
}

/** The account of deployments with one key. */
export function accountFinding(deployments: Deployment[], { path }: SourceFile, chains: Chains): Finding {
  const [first] = deployments as [Deployment, ...Deployment[]]
  const { service, secret } = first
  const models = deployments.map(({ model }) => model)
  const isOpen = models.some((model) => model === '' || model.includes('*'))
  const said = {
    source: 'litellm' as const,
    file: path,
    provider: service?.provider ?? null,
    baseUrl: service?.baseUrl ?? null,
    name: first.group,
    secret,
    groups: [...new Set(deployments.map(({ group }) => group))],
    models: isOpen ? null : [...new Set(models)],
    aliases: deployments.flatMap((one) => listAliases(one, chains)),
    weight: Math.max(1, Math.round(first.weight ?? 1)),
    priority: Math.round(Math.min(...deployments.map(({ order }) => order ?? 0))),
    enabled: first.enabled,
    ...addUpLimits(deployments),
    note: service?.note,
  }
  if (service === null) {
    return makeFinding({ ...said, declined: first.problem ?? `qwenctl knows no service ${first.kind}` })
  }
  const isKeyless = secret === null && first.problem?.startsWith('it has no key') === true
  return keyFinding(
    { ...said, declined: isKeyless ? null : first.problem },
    first.problem ?? 'its key is empty',
  )
}

function listAliases({ group, model }: Deployment, chains: Chains): AliasFinding[] {
  if (model === '' || model.includes('*') || group.includes('*')) return []
  const others = chains.get(group) ?? []
  return [{ name: group, model, rank: 0 }, ...others.map(({ name, rank }) => ({ name, model, rank }))]
}

/** LiteLLM limits each deployment, qwenctl the account: the limits of merged deployments add up. */
function addUpLimits(deployments: Deployment[]): Pick<Finding, 'limits' | 'notes'> {
  const rpm = addUp(deployments.map((one) => one.rpm))
  const tpm = addUp(deployments.map((one) => one.tpm))
  const limits = [
    ...(rpm === null ? [] : [`${rpm}/minute`]),
    ...(tpm === null ? [] : [`${tpm}tokens/minute`]),
  ]
  const notes: string[] = []
  if (deployments.length > 1 && deployments.some((one) => one.rpm !== null || one.tpm !== null)) {
    const result = limits.length === 0 ? 'not all are limited, so it is not' : 'their limits are added up'
    notes.push(`${deployments.length} deployments have this key: ${result}`)
  }
  if (new Set(deployments.map(({ order }) => order)).size > 1) {
    notes.push('its deployments have different orders: the smallest counts')
  }
  const left = [...new Set(deployments.flatMap(({ leftBehind }) => leftBehind))]
  if (left.length > 0) notes.push(`left behind: ${left.join(', ')}`)
  return { limits, notes }
}

function addUp(values: (number | null)[]): number | null {
  return values.reduce<number | null>(
    (total, value) => (total === null || value === null || value < 1 ? null : total + Math.floor(value)),
    0,
  )
}
