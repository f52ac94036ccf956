import { Flags } from '@oclif/core'
import { QwenctlError } from '../../base/errors.ts'
import { askSecret } from './prompt.ts'
import type { SecretSources } from './secret-input.ts'

/** More than a person types; a larger input was piped by mistake. */
const MOST_CHARACTERS = 1024
/** scrypt makes every guess take half a second, which does not protect a passphrase among the first guesses. */
const LEAST_CHARACTERS = 8

export const passphraseFlags = {
  'passphrase-stdin': Flags.boolean({ description: 'read the passphrase of the backup from standard input' }),
}

const HOW = '--passphrase-stdin, or set QWENCTL_BACKUP_PASSPHRASE'

/**
 * The passphrase of a backup: from standard input, the variable, or a question. A new one is asked for twice and
 * must not be short. Throws `missing_answer` without a terminal, and `invalid_value`.
 */
export async function readPassphrase(
  flags: { 'passphrase-stdin'?: boolean },
  sources: SecretSources,
  purpose: 'new' | 'existing',
): Promise<string> {
  const passphrase = await givenPassphrase(flags, sources, purpose)
  const { length } = [...passphrase]
  if (length === 0) throw new QwenctlError('invalid_value', 'the passphrase is empty', { hint: HOW })
  if (length > MOST_CHARACTERS) throw tooLong()
  if (purpose === 'new' && length < LEAST_CHARACTERS) {
    throw new QwenctlError('invalid_value', `the passphrase is shorter than ${LEAST_CHARACTERS} characters`, {
      hint: 'choose a longer one, such as several words that you can remember',
    })
  }
  return passphrase
}

async function givenPassphrase(
  flags: { 'passphrase-stdin'?: boolean },
  { stdin, env }: SecretSources,
  purpose: 'new' | 'existing',
): Promise<string> {
  if (flags['passphrase-stdin'] === true && stdin.isTTY !== true) return firstLine(stdin)
  const variable = env['QWENCTL_BACKUP_PASSPHRASE'] ?? ''
  if (variable !== '' && flags['passphrase-stdin'] !== true) return variable
  const question = { message: 'Passphrase of the backup', subject: 'the passphrase', flag: HOW }
  const passphrase = await askSecret(question)
  if (purpose === 'existing') return passphrase
  if ((await askSecret({ ...question, message: 'Once more' })) === passphrase) return passphrase
  throw new QwenctlError('invalid_value', 'the two passphrases differ', {
    hint: 'type the same passphrase twice',
  })
}

async function firstLine(stdin: SecretSources['stdin']): Promise<string> {
  let text = ''
  for await (const chunk of stdin.setEncoding('utf8')) {
    text += chunk as string
    if (text.length > MOST_CHARACTERS * 4) throw tooLong()
  }
  return text.replace(/\r?\n$/, '')
}

function tooLong(): QwenctlError {
  return new QwenctlError('invalid_value', `the passphrase is longer than ${MOST_CHARACTERS} characters`, {
    hint: HOW,
  })
}
