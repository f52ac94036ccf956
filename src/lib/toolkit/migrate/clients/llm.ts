import { basename, join } from 'node:path'
import { keyFinding } from '../read/key-problem.ts'
import { isFields, parseJson, textFields } from '../read/parse-file.ts'
import { serviceCalled } from '../read/service.ts'
import type { Source } from '../read/source.ts'
import { findEachKey } from '../read/split-keys.ts'

const SOURCE = 'llm'

/**
 * llm (Simon Willison): `keys.json` in the folder of `io.datasette.llm`, or in `LLM_USER_PATH`: a name and a key each
 * (llm.datasette.io/en/stable/setup.html, read 2026-11-30).
 */
export const llm: Source = {
  id: SOURCE,
  label: 'llm',
  inFolder: /^keys\.json$/,
  asFile: /\.json$/,
  usual: ({ env, home }) => {
    const folders = [
      env['LLM_USER_PATH'] || join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'io.datasette.llm'),
      join(home, 'Library', 'Application Support', 'io.datasette.llm'),
      join(env['APPDATA'] || join(home, 'AppData', 'Roaming'), 'io.datasette.llm'),
    ]
    return folders.map((folder) => join(folder, 'keys.json'))
  },
  read(file, context) {
    const parsed = parseJson(file)
    if (!isFields(parsed)) return null
    const isStore = '// Note' in parsed || basename(file.path) === 'keys.json'
    if (!isStore || !Object.values(parsed).every((value) => typeof value === 'string')) return null
    const keys = Object.entries(textFields(parsed)).filter(([name]) => !name.startsWith('//'))
    return keys.flatMap(([name, text]) => {
      const service = serviceCalled(context.providers, name)
      const unknown = `qwenctl knows no service ${name}; with its base URL it can be added: qwenctl auth add -p custom --base-url URL`
      const said = {
        source: SOURCE,
        file: file.path,
        name,
        provider: service?.provider ?? null,
        baseUrl: service?.baseUrl ?? null,
        declined: service === null ? unknown : null,
      } as const
      return findEachKey(text, (secret, notes) => keyFinding({ ...said, secret, notes }))
    })
  },
}
