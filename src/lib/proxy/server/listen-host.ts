import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { QwenctlError } from '../../base/errors.ts'

/**
 * The address to listen on as Node takes it: IPv6 without brackets. Throws `invalid_value` for what is no address, and for
 * paths of unix sockets, which clients of these APIs cannot name.
 */
export async function checkListenHost(text: string): Promise<string> {
  const host = text.trim().replace(/^\[(.*)\]$/, '$1')
  if (/[/\\]|^unix:/.test(host)) {
    throw new QwenctlError('invalid_value', `qwenctl does not listen on unix sockets: ${host}`, {
      hint: HINT,
    })
  }
  if (isIP(host) !== 0 || host === 'localhost') return host
  try {
    await lookup(host)
    return host
  } catch {
    throw new QwenctlError('invalid_value', `${host} is no address of this machine`, { hint: HINT })
  }
}

const HINT = 'give --host 127.0.0.1, ::1, 0.0.0.0, or an address of this machine'
