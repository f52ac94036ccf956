import { formatCount, pluralize } from '../../../base/text/count-noun.ts'
import { join } from 'node:path'
import { oauthFinding, tokensIn } from '../clients/oauth-creds.ts'
import { makeFinding } from '../finding.ts'
import type { Finding } from '../finding.ts'
import { parseEnvText } from '../read/env-text.ts'
import { keyFinding } from '../read/key-problem.ts'
import { findServiceByKey } from '../read/own-keys.ts'
import { readFields, parseJson } from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import { resolveReferences } from '../read/references.ts'
import { serviceAt, serviceCalled } from '../read/service.ts'
import type { ReadContext } from '../read/source.ts'
import { splitKeys } from '../read/split-keys.ts'
import { keysIn } from '../read/variables.ts'
import { firstText } from './account-settings.ts'

const SOURCE = 'accounts-yaml'

/** The folders of an account that may hold its credential. */
const INNER = ['', 'config', 'auth']

interface Place {
  provider: string | null
  baseUrl: string | null
  context: ReadContext
}

/** The credential of an account: from its settings, else from the first file of its folder that contains one. */
export function findCredential(
  settings: Fields,
  settingsFile: string,
  folder: string | null,
  context: ReadContext,
): Finding {
  const provider = firstText(settings, 'provider', 'service')
  const baseUrl = firstText(settings, 'base_url', 'api_base', 'url', 'endpoint')
  const written = firstText(settings, 'api_key', 'apikey', 'key')
  const place = { provider, baseUrl, context }
  if (written !== null) {
    const { text, missing } = resolveReferences(written, context.env)
    return buildKey(
      text,
      settingsFile,
      place,
      missing === null ? 'its key is empty' : `${missing} is not set here`,
    )
  }
  const folders = folder === null ? [] : INNER.map((name) => join(folder, name))
  for (const inner of folders) {
    for (const name of context.files.names(inner)) {
      const file = join(inner, name)
      const found = context.files.kind(file) === 'file' ? inFile(file, name, place) : null
      if (found !== null) return found
    }
  }
  const declined = 'neither its settings nor another file of its folder holds a credential'
  return makeFinding({ source: SOURCE, name: '', file: settingsFile, provider, declined })
}

function inFile(file: string, name: string, place: Place): Finding | null {
  const { context } = place
  if (/(cred|auth|token|key|secret|login|account|config).*\.json$/i.test(name)) {
    const parsed = parseJson({ path: file, text: context.files.text(file) })
    const tokens = tokensIn(parsed, null)
    if (tokens !== null) {
      const endpoint = tokens.baseUrl ?? place.baseUrl
      const provider = place.provider ?? 'qwen-oauth'
      return oauthFinding({
        source: SOURCE,
        name: '',
        file,
        provider,
        tokens: { ...tokens, baseUrl: endpoint },
      })
    }
    const secret = firstText(readFields(parsed), 'api_key', 'apiKey', 'key', 'OPENAI_API_KEY')
    if (secret !== null) return buildKey(secret, file, place)
  }
  if (/(^|\.)env$/.test(name)) {
    const keys = keysIn(parseEnvText(context.files.text(file)), { source: SOURCE, file }, context)
    const key = keys.find(({ provider }) => provider !== null && provider === place.provider) ?? keys[0]
    const left = keys.length - 1
    if (key !== undefined) return left === 0 ? key : { ...key, notes: [...key.notes, noteLeft(file, left)] }
  }
  return /^(api[-_]?)?key(\.txt)?$/i.test(name)
    ? buildKey(context.files.text(file).trim(), file, place)
    : null
}

function noteLeft(file: string, count: number): string {
  return `${formatCount(count, 'more key')} of ${file} left behind; next: qwenctl accounts migrate --from ${file}`
}

function buildKey(text: string | null, file: string, place: Place, missing = 'its key is empty'): Finding {
  const { provider, baseUrl, context } = place
  const [secret = null, ...others] = text === null ? [] : splitKeys(text)
  const guessed = secret === null ? null : findServiceByKey(context.providers, secret)
  const known = context.providers.some(({ id }) => id === provider)
  const service =
    provider === null
      ? (guessed ?? serviceAt(context.providers, baseUrl, ''))
      : known
        ? { provider, baseUrl }
        : (serviceCalled(context.providers, provider, baseUrl) ?? { provider, baseUrl })
  const at = provider === null && baseUrl !== null ? serviceAt(context.providers, baseUrl, '') : service
  const unsaid = 'its settings name neither a provider nor a base URL: add a line such as provider: qwen'
  const notes =
    others.length === 0
      ? []
      : [
          `${formatCount(others.length, 'more key')} of its field ${pluralize(others.length, 'is', 'are')} left behind`,
        ]
  return keyFinding(
    {
      source: SOURCE,
      name: '',
      file,
      provider: at.provider || null,
      baseUrl: at.baseUrl,
      note: at.note,
      secret,
      notes,
      declined: at.provider === '' ? unsaid : null,
    },
    missing,
  )
}
