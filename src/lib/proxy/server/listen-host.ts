import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { QwenctlError } from '../../base/errors.ts'

/**
 * The address to listen on in Node's form: IPv6 without brackets. Throws `invalid_value` for anything that is
 * no address. Paths of unix sockets are refused too, because clients of these APIs cannot name them.
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
