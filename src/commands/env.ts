import { Flags } from '@oclif/core'
import { formatExpiry } from '../lib/toolkit/keys/expiry.ts'
import {
  exportLines,
  hiddenVariables,
  programEnvironment,
  shells,
  unsetLines,
} from '../lib/toolkit/keys/program-environment.ts'
import { programFlags, findProgramKey, proxyUrl } from './base/program-key.ts'
import { AccountCommand } from './base/toolkit-command.ts'

export default class Env extends AccountCommand {
  static override summary = 'print the variables that point programs at the running proxy'
  static override description =
    'The lines hold a new client key with every call, which expires automatically.'
  static override examples = [
    'eval "$(<%= config.bin %> env)"',
    '<%= config.bin %> env --shell fish | source',
    '<%= config.bin %> env --account qwen/work --expires 1h --json',
  ]
  static override flags = {
    ...programFlags,
    shell: Flags.option({ options: shells, description: 'shell syntax of the lines' })({ default: 'bash' }),
    expires: Flags.string({ description: 'expiry of the key', default: '12h', helpValue: 'WHEN' }),
  }

  async run(): Promise<{ env: Record<string, string> }> {
    const { flags } = await this.parse(Env)
    const url = proxyUrl(this.toolkit)
    const { name, secret } = await findProgramKey(this.toolkit, flags, flags.expires)
    this.tell(
      `Created the client key ${name}. It expires ${formatExpiry(flags.expires)}. To revoke it now: qwenctl keys revoke ${name}`,
    )
    const env = programEnvironment(url, secret)
    const hidden = hiddenVariables.filter((variable) => process.env[variable] !== undefined)
    for (const line of [...unsetLines(hidden, flags.shell), ...exportLines(env, flags.shell)])
      this.print(line)
    return { env }
  }
}
