import { readFile } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { Flags } from '@oclif/core'
import { QwenctlError } from '../../base/errors.ts'
import { askSecret } from './prompt.ts'

// A key is some hundred characters; whatever is larger is the wrong file.
const MOST_BYTES = 64 * 1024

/** A secret is never an argument (other users of the machine can read those): it comes one of these ways. */
export const secretFlags = {
  'key-stdin': Flags.boolean({
    description: 'read the key from standard input',
    exclusive: ['key-env', 'key-file'],
  }),
  'key-env': Flags.string({
    description: 'read the key from this environment variable',
    helpValue: 'VAR',
    exclusive: ['key-stdin', 'key-file'],
  }),
  'key-file': Flags.string({
    description: 'read the key from this file',
    helpValue: 'PATH',
    exclusive: ['key-stdin', 'key-env'],
  }),
}

export interface SecretFlags {
  'key-stdin'?: boolean
  'key-env'?: string | undefined
  'key-file'?: string | undefined
}

export interface SecretSources {
  stdin: Readable & { isTTY?: boolean }
  env: NodeJS.ProcessEnv
}

/** The key that the flags point at; null when none does. Throws `invalid_value` when there is none to be read. */
export async function readSecret(flags: SecretFlags, sources: SecretSources): Promise<string | null> {
  if (flags['key-stdin'] === true) return fromStdin(sources.stdin)
  if (flags['key-env'] !== undefined) return fromVariable(flags['key-env'], sources.env)
  if (flags['key-file'] !== undefined) return fromFile(flags['key-file'])
  return null
}

async function fromStdin(stdin: SecretSources['stdin']): Promise<string> {
  // Typed into a terminal it would be shown; the prompt hides it.
  if (stdin.isTTY === true) return askSecret({ message: 'Key', subject: 'key', flag: '--key-stdin' })
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk as Uint8Array)
    size += bytes.length
    if (size > MOST_BYTES) throw tooLong('standard input')
    chunks.push(bytes)
  }
  return oneLine(Buffer.concat(chunks).toString('utf8'), 'standard input')
}

function fromVariable(name: string, env: NodeJS.ProcessEnv): string {
  const value = env[name]
  if (value === undefined) {
    throw new QwenctlError(
      'invalid_value',
      `the environment has no variable ${looksLikeName(name) ? name : 'of that name'}`,
      {
        hint: 'export it first; --key-env takes the name of a variable, never the key itself',
      },
    )
  }
  return oneLine(value, `the variable ${name}`)
}

// The key itself may be given in place of the variable's name, and must not be repeated.
function looksLikeName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,39}$/.test(text)
}

async function fromFile(path: string): Promise<string> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable'
    throw new QwenctlError('invalid_value', `the key file cannot be read (${reason})`, {
      hint: '--key-file takes the path of a file that holds the key and nothing else',
      cause: error,
    })
  }
  if (bytes.length > MOST_BYTES) throw tooLong('the key file')
  return oneLine(bytes.toString('utf8'), 'the key file')
}

function oneLine(text: string, source: string): string {
  const key = unwrapKey(text)
  if (key === '')
    throw new QwenctlError('invalid_value', `${source} holds no key`, {
      hint: 'put the key there, on one line',
    })
  if (/\s/.test(key)) {
    throw new QwenctlError('invalid_value', `${source} holds more than one word`, {
      hint: 'give only the key, on one line, without a name or quotes',
    })
  }
  return key
}

/** The key in `NAME=key`, `export NAME="key"` or `"key"`, as people keep it in files. */
function unwrapKey(text: string): string {
  const line = text.replace(/^\ufeff/, '').trim()
  const [, assigned] = /^(?:export\s+)?\w*(?:KEY|TOKEN|SECRET)\w*\s*=\s*([^\s=].*)$/i.exec(line) ?? []
  const value = assigned ?? line
  const [, , quoted] = /^(["'])(.*)\1$/.exec(value) ?? []
  return (quoted ?? value).trim()
}

function tooLong(source: string): QwenctlError {
  return new QwenctlError('invalid_value', `${source} is too long to be a key`, {
    hint: 'give only the key',
  })
}
