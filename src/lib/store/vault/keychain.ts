import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { formatDuration } from '../../base/durations.ts'

/**
 * The place where an operating system keeps secrets for its users. Every call throws `KeychainError` when it fails.
 */
export interface Keychain {
  /** Null: there is no secret of that name. */
  get(name: string): Promise<string | null>
  /** Returns after writing the secret and reading it back. */
  set(name: string, secret: string): Promise<void>
  /** Removing a missing secret is not an error. */
  remove(name: string): Promise<void>
}

/** Why the keychain gave no answer, in words: none exists, it is locked, or it was not unlocked in time. */
export class KeychainError extends Error {}

export interface KeychainRequest {
  action: 'get' | 'set' | 'remove'
  name: string
  secret?: string
}

export type KeychainReply = { secret: string | null } | { error: string }

/** Leaves a person time to type a password into a window of the system. */
const TIMEOUT_WITH_PERSON_MS = 60_000
const TIMEOUT_MS = 5_000

/**
 * The system's keychain, reached through a helper process. A call that waits for a dialog blocks its process, and
 * only ending that process ends the call. On Linux, this is the Secret Service and never the kernel's key ring,
 * which forgets at reboot.
 */
export function openSystemKeychain(
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

/** Avoids the helper process when no keychain can exist; null: there may be one. */
function unavailable(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | null {
  if (env['QWENCTL_KEYCHAIN'] === 'off') return 'QWENCTL_KEYCHAIN is off'
  if (platform !== 'linux') return null
  const hasBus =
    (env['DBUS_SESSION_BUS_ADDRESS'] ?? '') !== '' ||
    existsSync(join(env['XDG_RUNTIME_DIR'] || '/nowhere', 'bus'))
  return hasBus ? null : 'there is no session bus, and so no Secret Service'
}

/** The secret passes through pipes: other users can read the arguments and variables of a process. */
function askProcess(
  request: KeychainRequest,
  env: NodeJS.ProcessEnv,
  options: { timeoutMs?: number; command?: string[] },
): Promise<KeychainReply> {
  const isSource = import.meta.filename.endsWith('.ts')
  // The build moves this code into dist/lib/chunks/, and leaves the script at its place.
  const place = isSource ? 'keychain-process.ts' : '../store/vault/keychain-process.js'
  const script = join(import.meta.dirname, place)
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
      () => answer({ error: `it did not answer within ${formatDuration(timeoutMs)}` }),
      timeoutMs,
    )
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.on('error', (error) => answer({ error: error.message }))
    child.on('close', () => answer(replyIn(said)))
    child.stdin.on('error', () => undefined) // the helper ended without reading: `close` reports it
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
