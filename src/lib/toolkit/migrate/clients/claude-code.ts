import { join } from 'node:path'
import { makeFinding } from '../finding.ts'
import { isFields, parseJson, textFields, readText } from '../read/parse-file.ts'
import type { Source } from '../read/source.ts'
import { keysIn } from '../read/variables.ts'

/** Claude Code: the login is declined; keys in the `env` block of its settings are imported normally. */
export const claudeCode: Source = {
  id: 'claude-code',
  label: 'Claude Code',
  inFolder: /^(\.credentials|settings)\.json$/,
  asFile: /\.json$/,
  usual({ env, home }) {
    const folder = env['CLAUDE_CONFIG_DIR'] || join(home, '.claude')
    return [join(folder, '.credentials.json'), join(folder, 'settings.json')]
  },
  read(file, context) {
    const parsed = parseJson(file)
    if (!isFields(parsed)) return null
    const where = { source: 'claude-code', file: file.path } as const
    if ('claudeAiOauth' in parsed) {
      const declined =
        'a login of a Claude plan (Pro, Max): its terms allow it in Claude Code and claude.ai alone; use an API key'
      return [makeFinding({ ...where, provider: 'anthropic', name: 'claude-code', declined })]
    }
    // qwen-code has a file of the same name, which differs in shape.
    if (!isFields(parsed['env']) || 'modelProviders' in parsed || '$version' in parsed) return null
    if (readText(parsed['apiKeyHelper']) !== null) {
      context.leftOut(file.path, 'apiKeyHelper: a program that prints keys, which qwenctl does not run')
    }
    return keysIn(textFields(parsed['env']), where, context)
  },
}
