import { readFileSync } from 'node:fs'
import { Flags } from '@oclif/core'
import { QwenctlError } from '../../lib/base/errors.ts'
import { unreadableInput } from '../../lib/base/input-file.ts'
import { explainAnswer, type AnswerExplanation } from '../../lib/toolkit/providers/explain-answer.ts'
import { ToolkitCommand } from '../base/toolkit-command.ts'

export default class ProvidersExplain extends ToolkitCommand {
  static override summary = 'show how qwenctl classifies an error of a service, and by which rule'
  static override description =
    'Classifies a body as the proxy does: the cause, the cooldown and its end, and whether the proxy tries the next account. docs/reference/service-errors.md says how to add a row for a new body.'
  static override examples = [
    '<%= config.bin %> providers explain --body error.json --status 429',
    '<%= config.bin %> providers explain --body - --status 403 -p openrouter < error.json',
    "<%= config.bin %> providers explain --body error.json --status 429 --header 'retry-after: 30' --json",
  ]
  static override flags = {
    body: Flags.string({
      description: 'file with the body; - reads standard input',
      required: true,
      helpValue: 'FILE',
    }),
    status: Flags.integer({ description: 'HTTP status of the response', required: true, min: 100, max: 599 }),
    provider: Flags.string({ char: 'p', description: 'provider of the account', default: 'custom' }),
    header: Flags.string({
      description: 'response header NAME: VALUE (repeat for several)',
      multiple: true,
      default: [],
    }),
  }

  async run(): Promise<{ explanation: AnswerExplanation }> {
    const { flags } = await this.parse(ProvidersExplain)
    const provider = (await this.toolkit.providers()).get(flags.provider)
    const given = { status: flags.status, headers: parseHeaders(flags.header), text: readBody(flags.body) }
    const explanation = explainAnswer(provider, given, Date.now())
    this.print(formatExplanation(explanation))
    return { explanation }
  }
}

function readBody(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw unreadableInput(file, error, 'save the body of the answer to a file, or pipe it to --body -')
  }
}

function parseHeaders(lines: readonly string[]): Record<string, string> {
  const pairs = lines.map((line) => {
    const colon = line.indexOf(':')
    if (colon < 1) throw new QwenctlError('invalid_value', `--header ${line} has no name: write NAME: VALUE`)
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]
  })
  return Object.fromEntries(pairs) as Record<string, string>
}

function formatExplanation({
  verdict,
  trouble,
  subject,
  cooldown,
  movesOn,
  rule,
  message,
}: AnswerExplanation): string {
  const until = cooldown?.until ?? 'you act'
  const lines = [
    ['verdict', `${verdict} (trouble of the ${trouble})`],
    ['cools', cooldown === null || subject === null ? 'nothing' : `the ${subject}, until ${until}`],
    [
      'end',
      cooldown === null
        ? 'none'
        : cooldown.guessed
          ? 'guessed: the response has no time'
          : 'as the response says',
    ],
    ['next', movesOn ? 'the proxy tries another account' : 'the client gets the response unchanged'],
    ['rule', rule.id === null ? 'a rule of the provider' : `${rule.id}: ${rule.about ?? ''}`],
    ['source', rule.source ?? 'none'],
    ['words', message],
  ]
  return lines.map(([name = '', value = '']) => `${name.padEnd(9)}${value}`).join('\n')
}
