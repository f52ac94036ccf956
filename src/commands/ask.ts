import { text as readText } from 'node:stream/consumers'
import { Args, Flags } from '@oclif/core'
import { QwenctlError } from '../lib/base/errors.ts'
import { canAsk } from '../lib/terminal/input/prompt.ts'
import { ask, chooseChatModel, listModels } from '../lib/toolkit/ask/pool-client.ts'
import type { Answer } from '../lib/toolkit/ask/pool-client.ts'
import { withPool } from './base/proxy/open-pool.ts'
import { programFlags, findProgramKey } from './base/program-key.ts'
import { AccountCommand } from './base/toolkit-command.ts'

/** Longer than any answer takes; a key that a killed command leaves expires automatically. */
const KEY_LIFE = '1h'

export default class Ask extends AccountCommand {
  static override summary = 'send one request through the accounts and print the answer'
  static override description =
    'The answer is on stdout; stderr says which account gave it. It needs no running proxy, and counts as any request does. With one word and text on standard input, the word is the model; without a model, the first that the accounts list is asked.'
  static override examples = [
    '<%= config.bin %> ask qwen3-coder-plus "What is a monad?"',
    '<%= config.bin %> ask --account openai/work gpt-5 "hello"',
    'git diff | <%= config.bin %> ask qwen3-coder-plus --stream',
  ]
  static override usage = 'ask [MODEL] [TEXT] [--account ACCOUNT] [-p PROVIDER] [-g GROUP] [--stream]'
  static override args = {
    model: Args.string({ description: 'a model, as a client writes it', ignoreStdin: true }),
    text: Args.string({ description: 'what to ask; missing: standard input', ignoreStdin: true }),
  }
  static override flags = {
    ...programFlags,
    stream: Flags.boolean({ description: 'print the answer as it arrives' }),
  }

  async run(): Promise<Answer & { model: string }> {
    const { args, flags } = await this.parse(Ask)
    const wanted = await readQuestion([args.model, args.text])
    const { name, secret } = await findProgramKey(this.toolkit, flags, KEY_LIFE)
    const onTrouble = (message: string) => this.caution(message)
    try {
      return await withPool(this.toolkit, { secret, onTrouble }, async (pool) => {
        const model =
          wanted.model ??
          chooseModel(await listModels(pool), (await this.toolkit.accounts.records()).length > 0)
        const isLive = flags.stream && !this.jsonEnabled()
        const onPiece = isLive ? (piece: string) => void process.stdout.write(piece) : null
        const answer = await ask(pool, { model, text: wanted.text, onPiece })
        if (isLive) process.stdout.write('\n')
        else this.print(answer.text)
        const attempts = answer.attempts === 1 ? '' : ` after ${answer.attempts} attempts`
        this.tell(`${answer.account} answered with ${model}${attempts}.`)
        return { model, ...answer }
      })
    } finally {
      await this.toolkit.keys.revoke(name)
    }
  }
}

/** Two words are model and text. A single word is the text, unless the text is on standard input. */
async function readQuestion([first, second]: (string | undefined)[]): Promise<{
  model: string | null
  text: string
}> {
  if (first !== undefined && second !== undefined) return { model: first, text: second }
  const isSentence = first !== undefined && /\s/.test(first)
  const piped = isSentence || canAsk() ? '' : (await readText(process.stdin)).trimEnd()
  if (piped !== '') return { model: first ?? null, text: piped }
  if (first !== undefined) return { model: null, text: first }
  throw new QwenctlError('missing_answer', 'there is no text to send', {
    hint: 'qwenctl ask MODEL "TEXT", or give the text on standard input',
  })
}

function chooseModel(models: readonly string[], hasAccounts: boolean): string {
  const model = chooseChatModel(models)
  if (model !== null) return model
  if (!hasAccounts)
    throw new QwenctlError('missing_answer', 'there are no accounts yet', {
      hint: 'try a simulated one: qwenctl auth add play -p sandbox',
    })
  throw new QwenctlError('missing_answer', 'no account lists a model for chats', {
    hint: 'name one: qwenctl ask MODEL "TEXT"',
  })
}
