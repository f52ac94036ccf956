import { dirname, join, resolve } from 'node:path'
import type { AliasFinding } from '../finding.ts'
import { parseEnvText } from '../read/env-text.ts'
import {
  readEntries,
  readFields,
  isFields,
  parseYaml,
  textFields,
  readText,
  readTexts,
} from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import type { Variables } from '../read/references.ts'
import { DamagedFile } from '../read/source.ts'
import type { ReadContext, Source, SourceFile } from '../read/source.ts'
import type { Chains } from './litellm-deployments.ts'
import { accountFinding, mergeDeployments, readDeployments } from './litellm-deployments.ts'

/**
 * LiteLLM: the deployments of its model list. Deployments with the same key become one account; a model name becomes
 * its group, and an alias where the service calls the model otherwise.
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
  read(file, context) {
    const config = readConfig(file, context)
    if (config === null) return null
    reportLeftOut(file, config, context)
    const variables = readVariables(file, config, context)
    const credentials = readEntries(config['credential_list'])
    const models = readEntries(config['model_list'])
    const deployments = models.flatMap((model) => readDeployments(model, { credentials, variables, context }))
    const chains = readChains(config)
    return mergeDeployments(deployments).map((group) => accountFinding(group, file, chains))
  },
}

const MARKS = [
  'litellm_settings',
  'router_settings',
  'general_settings',
  'credential_list',
  'environment_variables',
]

/**
 * A configuration with the files of its `include`, as LiteLLM reads them (docs.litellm.ai/docs/proxy/config_management,
 * read 2026-11-30): lists are joined, other fields replaced. Null: another kind of file.
 */
function readConfig(file: SourceFile, context: ReadContext, above: readonly string[] = []): Fields | null {
  const config = parseYaml(file)
  if (!isFields(config)) return null
  const isOwn = Array.isArray(config['model_list']) || MARKS.some((mark) => mark in config)
  if (above.length === 0 && !isOwn) return null
  let whole: Fields = config
  for (const name of readTexts(config['include'])) {
    const path = resolve(dirname(file.path), name)
    const part = readPart(path, file, context, [...above, file.path])
    if (part !== null) whole = joinConfigs(whole, part)
  }
  return whole
}

function readPart(
  path: string,
  file: SourceFile,
  context: ReadContext,
  above: readonly string[],
): Fields | null {
  if (above.includes(path)) return null
  if (context.files.kind(path) !== 'file') {
    context.leftOut(file.path, `include: there is no file ${path}`)
    return null
  }
  try {
    return readConfig({ path, text: context.files.text(path) }, context, above)
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error
    context.damaged(error.file, error.message)
    return null
  }
}

function joinConfigs(one: Fields, other: Fields): Fields {
  const joined: Fields = { ...one }
  for (const [name, value] of Object.entries(other)) {
    const own = joined[name]
    joined[name] =
      Array.isArray(own) && Array.isArray(value) ? [...(own as unknown[]), ...(value as unknown[])] : value
  }
  return joined
}

function reportLeftOut(file: SourceFile, config: Fields, context: ReadContext): void {
  const general = readFields(config['general_settings'])
  if ('master_key' in general) {
    context.leftOut(
      file.path,
      'general_settings.master_key: a client key of LiteLLM; next: qwenctl keys create NAME',
    )
  }
  if ('database_url' in general) {
    context.leftOut(file.path, 'general_settings.database_url: models and keys in that database are not read')
  }
  const strategy = readText(readFields(config['router_settings'])['routing_strategy'])
  if (strategy !== null) {
    context.leftOut(
      file.path,
      `router_settings.routing_strategy ${strategy}: next: qwenctl config set proxy.strategy`,
    )
  }
}

function readVariables({ path }: SourceFile, config: Fields, context: ReadContext): Variables {
  const beside = join(dirname(path), '.env')
  return {
    ...(context.files.kind(beside) === 'file' ? parseEnvText(context.files.text(beside)) : {}),
    ...textFields(config['environment_variables']),
    ...context.env,
  }
}

/**
 * `model_group_alias` gives a group another name; `fallbacks` put other groups behind it
 * (docs.litellm.ai/docs/proxy/reliability, read 2026-11-30).
 */
function readChains(config: Fields): Chains {
  const router = readFields(config['router_settings'])
  const settings = readFields(config['litellm_settings'])
  const chains = new Map<string, Omit<AliasFinding, 'model'>[]>()
  const add = (group: string, name: string, rank: number) =>
    chains.set(group, [...(chains.get(group) ?? []), { name, rank }])
  for (const [name, target] of Object.entries(readFields(router['model_group_alias']))) {
    const group = readText(target) ?? readText(readFields(target)['model'])
    if (group !== null) add(group, name, 0)
  }
  for (const rule of [...readEntries(router['fallbacks']), ...readEntries(settings['fallbacks'])]) {
    for (const [name, groups] of Object.entries(rule)) {
      for (const [index, group] of readTexts(groups).entries()) add(group, name, index + 1)
    }
  }
  return chains
}
