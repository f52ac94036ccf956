import { dirname, join } from 'node:path'
import { parseEnv } from 'node:util'
import { finding } from './finding.ts'
import type { Finding } from './finding.ts'
import { entriesOf, fieldsOf, isFields, numberOf, parseYaml, textOf } from './parse-file.ts'
import type { Fields } from './parse-file.ts'
import { serviceAt } from './service.ts'
import type { Service } from './service.ts'
import type { Look, Source, SourceFile } from './source.ts'
import { keyProblem, valueOf } from './variables.ts'
import type { Variables } from './variables.ts'

/** LiteLLM's service names that differ from qwenctl's, and services that only need their base URL. */
const services: Readonly<Record<string, { provider: string; baseUrl?: string; keyVariable?: string }>> = {
  dashscope: { provider: 'qwen' },
  fireworks_ai: { provider: 'fireworks', keyVariable: 'FIREWORKS_AI_API_KEY' },
  custom_openai: { provider: 'custom' },
  openai_like: { provider: 'custom' },
  hosted_vllm: { provider: 'custom' },
  text_completion_openai: { provider: 'openai' },
  xai: { provider: 'custom', baseUrl: 'https://api.x.ai/v1', keyVariable: 'XAI_API_KEY' },
  together_ai: {
    provider: 'custom',
    baseUrl: 'https://api.together.xyz/v1',
    keyVariable: 'TOGETHERAI_API_KEY',
  },
}

/**
 * LiteLLM: the deployments of its model list. Deployments with the same key become one account; a model name becomes
 * its group.
 */
export const litellm: Source = {
  id: 'litellm',
  label: 'LiteLLM',
  inFolder: /^(litellm[\w.-]*|config)\.ya?ml$/,
  asFile: /\.ya?ml$/,
  usual: ({ env, folder, home }) => [
    ...(env['LITELLM_CONFIG_PATH'] ? [env['LITELLM_CONFIG_PATH']] : []),
    ...['config.yaml', 'litellm_config.yaml', 'litellm.yaml'].map((name) => join(folder, name)),
    join(home, '.litellm', 'config.yaml'),
  ],
  read(file, look) {
    const config = parseYaml(file)
    if (!isFields(config) || !Array.isArray(config['model_list'])) return null
    const variables = variablesOf(file, config, look)
    const credentials = entriesOf(config['credential_list'])
    const deployments = entriesOf(config['model_list']).map((model) =>
      deployment(model, { credentials, variables, look }),
    )
    return merged(deployments).map((group) => account(group, file))
  },
}

function variablesOf({ path }: SourceFile, config: Fields, look: Look): Variables {
  const beside = join(dirname(path), '.env')
  const named = Object.entries(fieldsOf(config['environment_variables'])).flatMap(([name, value]) => {
    const text = textOf(value)
    return text === null ? [] : [[name, text] as const]
  })
  return {
    ...(look.files.kind(beside) === 'file' ? parseEnv(look.files.text(beside)) : {}),
    ...Object.fromEntries(named),
    ...look.env,
  }
}

interface Deployment {
  group: string
  model: string
  /** Null: a service that qwenctl does not know. */
  service: Service | null
  kind: string
  secret: string | null
  /** The reason for a missing key. */
  missing: string
  rpm: number | null
  tpm: number | null
  weight: number | null
}

interface Context {
  credentials: Fields[]
  variables: Variables
  look: Look
}

function deployment(entry: Fields, context: Context): Deployment {
  const own = fieldsOf(entry['litellm_params'])
  const credential = context.credentials.find(
    ({ credential_name: name }) => name !== undefined && name === own['litellm_credential_name'],
  )
  const params = { ...fieldsOf(credential?.['credential_values']), ...own }
  const written = textOf(params['model']) ?? ''
  const slash = written.indexOf('/')
  const model = written.slice(slash + 1)
  const kind =
    textOf(params['custom_llm_provider']) ??
    (slash < 0 ? bareKind(written, context) : written.slice(0, slash))
  const baseUrl = resolved(textOf(params['api_base']) ?? textOf(params['base_url']), context.variables)
  const service = serviceOf(kind, baseUrl, context.look)
  return {
    group: textOf(entry['model_name']) ?? model,
    model,
    kind,
    service,
    ...keyOf(textOf(params['api_key']), kind, { service, ...context }),
    rpm: numberOf(params['rpm']),
    tpm: numberOf(params['tpm']),
    weight: numberOf(params['weight']),
  }
}

/** `gpt-5` names no service: the provider that has the model, else LiteLLM's own choice. */
function bareKind(model: string, { look }: Context): string {
  return look.providers.find((provider) => provider.serves(model) === true)?.id ?? 'openai'
}

function serviceOf(kind: string, baseUrl: string | null, look: Look): Service | null {
  const known = services[kind]
  const own = look.providers.find(({ id }) => id === kind)?.id
  const provider = known?.provider ?? own
  if (provider === undefined && baseUrl === null) return null
  return serviceAt(look.providers, baseUrl ?? known?.baseUrl ?? null, provider ?? 'custom')
}

function keyOf(
  written: string | null,
  kind: string,
  { service, variables, look }: Context & { service: Service | null },
): { secret: string | null; missing: string } {
  if (written !== null) {
    const variable = /^os\.environ\/(.+)$/.exec(written)?.[1]
    return { secret: resolved(written, variables), missing: `${variable ?? 'its key'} is not set here` }
  }
  const provider = look.providers.find(({ id }) => id === service?.provider)
  const names = [services[kind]?.keyVariable, ...(provider?.keyVariables ?? [])].filter(
    (name) => name !== undefined,
  )
  const secret = names.map((name) => valueOf(variables, name)).find((value) => value !== null) ?? null
  return {
    secret,
    missing: names.length === 0 ? 'it has no key' : `it has no key, and ${names[0]} is not set here`,
  }
}

function resolved(text: string | null, variables: Variables): string | null {
  const variable = /^os\.environ\/(.+)$/.exec(text ?? '')?.[1]
  return variable === undefined ? text : valueOf(variables, variable)
}

/** Deployments with the same key at the same service, in the order of the list. */
function merged(deployments: Deployment[]): Deployment[][] {
  const groups = new Map<string, Deployment[]>()
  for (const [index, one] of deployments.entries()) {
    const { service, secret } = one
    const key =
      secret === null ? `none ${index}` : JSON.stringify([service?.provider, service?.baseUrl, secret])
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()]
}

function account(deployments: Deployment[], { path }: SourceFile): Finding {
  const [first] = deployments as [Deployment, ...Deployment[]]
  const { service, secret } = first
  const groups = [...new Set(deployments.map(({ group }) => group))]
  const models = deployments.map(({ model }) => model)
  const unknown = `qwenctl knows no service ${first.kind}`
  return finding({
    source: 'litellm',
    file: path,
    provider: service?.provider ?? null,
    baseUrl: service?.baseUrl ?? null,
    name: first.group,
    secret,
    groups,
    models: models.some((model) => model === '' || model.includes('*')) ? null : [...new Set(models)],
    weight: Math.max(1, Math.round(first.weight ?? 1)),
    ...limitsOf(deployments),
    declined: service === null ? unknown : secret === null ? first.missing : keyProblem(secret, null),
  })
}

/** LiteLLM limits each deployment, qwenctl the account: the limits of merged deployments add up. */
function limitsOf(deployments: Deployment[]): Pick<Finding, 'limits' | 'notes'> {
  const sum = (values: (number | null)[]): number | null =>
    values.reduce<number | null>(
      (total, value) => (total === null || value === null || value < 1 ? null : total + Math.floor(value)),
      0,
    )
  const rpm = sum(deployments.map((one) => one.rpm))
  const tpm = sum(deployments.map((one) => one.tpm))
  const limits = [
    ...(rpm === null ? [] : [`${rpm}/minute`]),
    ...(tpm === null ? [] : [`${tpm}tokens/minute`]),
  ]
  const several = deployments.length > 1 && deployments.some((one) => one.rpm !== null || one.tpm !== null)
  const notes = several
    ? [
        `${deployments.length} deployments have this key: ${limits.length === 0 ? 'not all are limited, so it is not' : 'their limits are added up'}`,
      ]
    : []
  return { limits, notes }
}
