import { dirname, join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { finding } from './finding.ts'
import type { Finding, ListLimits } from './finding.ts'
import { readListLimits, readSchedule } from './job-schedule.ts'
import { oauthFinding, tokensIn } from './oauth-creds.ts'
import {
  entriesOf,
  fieldsOf,
  isFields,
  numberOf,
  parseJson,
  parseYaml,
  textOf,
  textsOf,
} from './parse-file.ts'
import type { Fields } from './parse-file.ts'
import { serviceAt } from './service.ts'
import { DamagedFile } from './source.ts'
import type { Look, Source, SourceFile } from './source.ts'
import { keyProblem, keysIn } from './variables.ts'

const SOURCE = 'accounts-yaml'

/** A master list `accounts.yaml` with one folder per account: its settings, its credential, its data. */
export const accountsYaml: Source = {
  id: SOURCE,
  label: 'accounts.yaml with a folder per account',
  inFolder: /^accounts\.ya?ml$/,
  asFile: /\.ya?ml$/,
  usual: ({ folder, home }) =>
    [folder, join(folder, 'accounts'), join(home, '.qwen')].map((parent) => join(parent, 'accounts.yaml')),
  read(file, look) {
    const parsed = parseYaml(file)
    const list = isFields(parsed) ? parsed['accounts'] : parsed
    const entries = entriesOf(list)
    if (!entries.some((entry) => 'folder' in entry || 'username' in entry)) return null
    const limits = readListLimits(parsed)
    return entries.flatMap((entry, index) => listed(entry, index, { file, look, limits }))
  },
}

interface Context {
  file: SourceFile
  look: Look
  limits: ListLimits
}

function listed(entry: Fields, index: number, { file, look, limits }: Context): Finding[] {
  const id = textOf(entry['id']) ?? String(index + 1)
  const name = textOf(entry['name']) ?? textOf(entry['username']) ?? `account-${id}`
  const folder = resolve(dirname(file.path), textOf(entry['folder']) ?? join('accounts', id))
  const where = { source: SOURCE, file: file.path, name, provider: null } as const
  if (`${file.path}/`.startsWith(`${folder}/`)) {
    return [finding({ ...where, declined: `its folder ${folder} is the one of the list itself` })]
  }
  if (look.files.kind(folder) !== 'folder') {
    return [finding({ ...where, declined: `its folder ${folder} is not there` })]
  }
  try {
    return [{ ...inFolder({ ...entry, id, name }, folder, look), listLimits: limits }]
  } catch (error) {
    // A damaged account does not stop the import of the others.
    if (!(error instanceof DamagedFile)) throw error
    look.damaged(error.file, error.message)
    return [finding({ ...where, declined: `a file of its folder is damaged: ${error.file}` })]
  }
}

function inFolder(entry: Fields & { name: string }, folder: string, look: Look): Finding {
  const settingsFile = ['settings.yaml', 'settings.yml']
    .map((name) => join(folder, name))
    .find((path) => look.files.kind(path) === 'file')
  const settings = settingsFile === undefined ? {} : settingsOf(settingsFile, look)
  const credential = credentialOf({ ...entry, ...settings }, settingsFile ?? folder, folder, look)
  const said = { ...settingsSaid(settings), schedule: readSchedule({ ...entry, ...settings }) }
  const username = textOf(entry['username'])
  const notes = [...(username === null ? [] : [`of ${username}`]), ...credential.notes]
  const enabled = entry['enabled'] !== false && settings['enabled'] !== false
  return { ...credential, ...said, name: entry.name, source: SOURCE, folder, enabled, notes }
}

/** Settings are flat or in sections; the outermost wins. */
function settingsOf(path: string, look: Look): Fields {
  const parsed = fieldsOf(parseYaml({ path, text: look.files.text(path) }))
  const sections = ['account', 'auth', 'credentials', 'api', 'quota', 'limits', 'proxy']
  const inner = sections.map((name) => fieldsOf(parsed[name]))
  const flat = Object.assign({}, ...inner, parsed) as Fields
  return Object.fromEntries(
    Object.entries(flat).map(([name, value]) => [
      name
        .replace(/([a-z])([A-Z])/g, '$1_$2')
        .toLowerCase()
        .replaceAll('-', '_'),
      value,
    ]),
  )
}

function first(settings: Fields, ...names: string[]): string | null {
  return names.map((name) => textOf(settings[name])).find((text) => text !== null) ?? null
}

function settingsSaid(settings: Fields): Partial<Finding> {
  const perDay = numberOf(settings['daily_limit'] ?? settings['requests_per_day'] ?? settings['daily'])
  const perMinute = numberOf(settings['requests_per_minute'] ?? settings['rpm'])
  const models = textsOf(settings['models'])
  return {
    limits: [
      ...textsOf(settings['limits'] ?? settings['limit']),
      ...(perDay === null || perDay < 1 ? [] : [`${Math.floor(perDay)}/day`]),
      ...(perMinute === null || perMinute < 1 ? [] : [`${Math.floor(perMinute)}/minute`]),
    ],
    groups: textsOf(settings['groups'] ?? settings['group'] ?? settings['tags']),
    priority: numberOf(settings['priority']) ?? 0,
    weight: numberOf(settings['weight']) ?? 1,
    quotaGroup: first(settings, 'quota_group'),
    egressProxy: first(settings, 'egress_proxy', 'proxy_url', 'proxy'),
    models: models.length > 0 ? models : null,
  }
}

/** From the settings, else from the first file of the folder that contains a credential. */
function credentialOf(settings: Fields, settingsFile: string, folder: string, look: Look): Finding {
  const provider = first(settings, 'provider', 'service')
  const baseUrl = first(settings, 'base_url', 'api_base', 'url', 'endpoint')
  const written = first(settings, 'api_key', 'apikey', 'key')
  const where = { source: SOURCE, name: '' } as const
  const keyFinding = (secret: string, file: string) => keyOf(secret, file, { provider, baseUrl, look })
  if (written !== null) return keyFinding(written, settingsFile)
  for (const name of look.files.names(folder)) {
    const file = join(folder, name)
    if (look.files.kind(file) !== 'file') continue
    if (/(cred|auth|token|key|secret|login|account|config).*\.json$/i.test(name)) {
      const parsed = parseJson({ path: file, text: look.files.text(file) })
      const tokens = tokensIn(parsed, null)
      if (tokens !== null) {
        const endpoint = tokens.baseUrl ?? baseUrl
        return oauthFinding({
          ...where,
          file,
          provider: provider ?? 'qwen-oauth',
          tokens: { ...tokens, baseUrl: endpoint },
        })
      }
      const secret = first(fieldsOf(parsed), 'api_key', 'apiKey', 'key', 'OPENAI_API_KEY')
      if (secret !== null) return keyFinding(secret, file)
    }
    if (/(^|\.)env$/.test(name)) {
      const [key] = keysIn(parseEnv(look.files.text(file)), { source: SOURCE, file }, look)
      if (key !== undefined) return key
    }
    if (/^(api[-_]?)?key(\.txt)?$/i.test(name)) return keyFinding(look.files.text(file).trim(), file)
  }
  const declined = 'neither its settings nor another file of its folder holds a credential'
  return finding({ ...where, file: settingsFile, provider, declined })
}

function keyOf(
  secret: string,
  file: string,
  { provider, baseUrl, look }: { provider: string | null; baseUrl: string | null; look: Look },
): Finding {
  const own = look.providers.filter(({ keyPattern }) => keyPattern?.test(secret) === true)
  const guessed = own.length === 1 ? (own[0]?.id ?? null) : null
  const service =
    provider === null ? serviceAt(look.providers, baseUrl, guessed ?? '') : { provider, baseUrl }
  const unsaid = 'its settings name neither a provider nor a base URL: add a line such as provider: qwen'
  return finding({
    source: SOURCE,
    name: '',
    file,
    provider: service.provider || null,
    baseUrl: service.baseUrl,
    secret,
    declined: service.provider === '' ? unsaid : keyProblem(secret, null),
  })
}
