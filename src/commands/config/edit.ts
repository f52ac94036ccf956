import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { QwenctlError } from '../../lib/base/errors.ts'
import { canAsk } from '../../lib/terminal/input/prompt.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class ConfigEdit extends ToolkitCommand {
  static override summary = 'open the configuration file in your editor'
  static override description =
    'Uses VISUAL or EDITOR. After the editor closes, qwenctl reads the file and reports what is invalid.'
  static override examples = ['<%= config.bin %> config edit']

  async run(): Promise<{ path: string }> {
    await this.parse(ConfigEdit)
    const { path } = this.toolkit.settings
    const [program = 'vi', ...args] = (process.env['VISUAL'] || process.env['EDITOR'] || 'vi').split(/\s+/)
    if (!canAsk()) {
      throw new QwenctlError('missing_answer', 'config edit needs a terminal', {
        hint: `edit ${path}, or run qwenctl config set KEY VALUE`,
      })
    }
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    closeSync(openSync(path, 'a', 0o600))
    const { error, status } = spawnSync(program, [...args, path], { stdio: 'inherit' })
    if (error !== undefined || status !== 0) {
      throw new QwenctlError('failed', `the editor ${program} ended with an error`, {
        hint: 'set VISUAL or EDITOR to your editor',
      })
    }
    await this.toolkit.settings.list()
    for (const words of await this.toolkit.settings.unknown()) this.caution(words)
    this.tell(`${path} is valid.`)
    return { path }
  }
}
