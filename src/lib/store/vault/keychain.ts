import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Where an operating system keeps secrets for its users. Every call throws `KeychainError` where it cannot be done. */
export interface Keychain {
  /** Null: there is none of that name. */
  get(name: string): Promise<string | null>
  /** Returns once it was written and read back. */
  set(name: string, secret: string): Promise<void>
  /** Removing what is not there is no error. */
  remove(name: string): Promise<void>
}

/** Why there is no answer, in words: no keychain, a locked one, or nobody who unlocks it in time. */
export class KeychainError extends Error {}

export interface KeychainRequest {
  action: 'get' | 'set' | 'remove'
  name: string
  secret?: string
}

export type KeychainReply = { secret: string | null } | { error: string }

/** Somebody may have to type a password into a window of the system. */
const TIMEOUT_WITH_PERSON_MS = 60_000
const TIMEOUT_MS = 5_000

/**
 * The system's keychain, asked by a process of its own: a call that waits for a dialog blocks its process, and nothing but ending that
 * process ends it. On Linux it is the Secret Service and never the kernel's key ring, which forgets at reboot.
 */
export function systemKeychain(
  env: NodeJS.ProcessEnv,
  options: { timeoutMs?: number; command?: string[] } = {},
): Keychain {
  const ask = async (request: KeychainRequest) => {
    const missing = options.command === undefined ? unavailable(env, process.platform) : null
    if (missing !== null) throw new KeychainError(missing)
    const reply = await askProcess(request, env, options)
    if ('error' in reply) throw new KeychainError(reply.error)
    return reply.secret
  }
  return {
    get: (name) => ask({ action: 'get', name }),
    async set(name, secret) {
      await ask({ action: 'set', name, secret })
    },
    async remove(name) {
      await ask({ action: 'remove', name })
    },
  }
}

/** Spares asking where there can be none; null: there may be one. */
function unavailable(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | null {
  if (env['QWENCTL_KEYCHAIN'] === 'off') return 'QWENCTL_KEYCHAIN is off'
  if (platform !== 'linux') return null
  const hasBus =
    (env['DBUS_SESSION_BUS_ADDRESS'] ?? '') !== '' ||
    existsSync(join(env['XDG_RUNTIME_DIR'] || '/nowhere', 'bus'))
  return hasBus ? null : 'there is no session bus, and so no Secret Service'
}

/** The secret goes through pipes: arguments and variables of a process can be read by others. */
function askProcess(
  request: KeychainRequest,
  env: NodeJS.ProcessEnv,
  options: { timeoutMs?: number; command?: string[] },
): Promise<KeychainReply> {
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js'
  const script = join(import.meta.dirname, `keychain-process.${extension}`)
  const [program = process.execPath, ...args] = options.command ?? [process.execPath, script]
  const timeoutMs = options.timeoutMs ?? (process.stdin.isTTY ? TIMEOUT_WITH_PERSON_MS : TIMEOUT_MS)
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
  })
  return new Promise((resolve) => {
    let said = ''
    const answer = (reply: KeychainReply) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      child.stdout.destroy()
      child.unref()
      resolve(reply)
    }
    const timer = setTimeout(
      () => answer({ error: `it did not answer within ${timeoutMs / 1000} s` }),
      timeoutMs,
    )
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.on('error', (error) => answer({ error: error.message }))
    child.on('close', () => answer(replyIn(said)))
    child.stdin.on('error', () => undefined) // it ended without reading: `close` says so
    child.stdin.end(JSON.stringify(request))
  })
}

function replyIn(said: string): KeychainReply {
  try {
    return JSON.parse(said) as KeychainReply
  } catch {
    return { error: 'it ended without an answer' }
  }
}
