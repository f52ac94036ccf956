import { dirname, join } from 'node:path'
import type { Finding } from '../finding.ts'
import { isFields, parseYaml, readText, readTexts } from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'
import type { ReadContext, Source, SourceFile } from '../read/source.ts'
import { keysIn } from '../read/variables.ts'

const SOURCE = 'aider'

/**
 * aider: the keys of `.aider.conf.yml` in the current folder, the folders above it, and the home folder. `api-key: [X=KEY]` sets `X_API_KEY`, `set-env` any variable
 * (aider.chat/docs/config/aider_conf.html and api-keys.html, read 2026-11-30).
 */
export const aider: Source = {
  id: SOURCE,
  label: 'aider',
  inFolder: /^\.?aider\.conf\.ya?ml$/,
  asFile: /aider.*\.ya?ml$/,
  usual: ({ folder, home }) => {
    const folders = [home]
    for (let one = folder; !folders.includes(one); one = dirname(one)) folders.push(one)
    return folders.map((one) => join(one, '.aider.conf.yml'))
  },
  read(file, context) {
    const config = parseYaml(file)
    if (!isFields(config)) return null
    return readKeys(config, file, context)
  },
}

function readKeys(config: Fields, file: SourceFile, context: ReadContext): Finding[] {
  const variables: Record<string, string> = {}
  for (const [field, variable] of Object.entries(fields)) {
    const text = readText(config[field])
    if (text !== null) variables[variable] = text
  }
  for (const pair of readTexts(config['api-key'])) {
    const [name, key] = splitPair(pair)
    if (key === '') context.leftOut(file.path, 'api-key: an entry is not NAME=KEY')
    else variables[`${name.toUpperCase().replaceAll('-', '_')}_API_KEY`] = key
  }
  for (const pair of readTexts(config['set-env'])) {
    const [name, value] = splitPair(pair)
    if (value !== '') variables[name] = value
  }
  for (const name of ['alias', 'env-file', 'openai-organization-id'].filter((one) => one in config)) {
    context.leftOut(file.path, `${name}: ${leftBehind[name]}`)
  }
  return keysIn(variables, { source: SOURCE, file: file.path }, context)
}

const fields: Readonly<Record<string, string>> = {
  'openai-api-key': 'OPENAI_API_KEY',
  'openai-api-base': 'OPENAI_API_BASE',
  'anthropic-api-key': 'ANTHROPIC_API_KEY',
}

const leftBehind: Readonly<Record<string, string>> = {
  alias: 'names of models for aider itself; next: qwenctl config set aliases.NAME PROVIDER/MODEL',
  'env-file': 'another file; next: qwenctl accounts migrate --from FILE',
  'openai-organization-id': 'the key names its organisation itself',
}

function splitPair(pair: string): [string, string] {
  const mark = pair.indexOf('=')
  return mark < 0 ? [pair.trim(), ''] : [pair.slice(0, mark).trim(), pair.slice(mark + 1).trim()]
}
