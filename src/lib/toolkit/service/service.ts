// The service folder: the proxy as a service that the system starts at login and keeps running. A service is a file
// in the user's own folder, and the commands that make the system read it. Nothing here needs more rights than the
// user has.

import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { QwenctlError } from '../../base/errors.ts'
import type { Home } from '../../store/home.ts'
import { launchdPlist } from './launchd-plist.ts'
import { systemdUnit } from './systemd-unit.ts'

/** The start command of the proxy. */
export interface ServiceCommand {
  /** Absolute paths of Node and of the script, with Node's flags between, and the arguments after. */
  words: string[]
  /** Variables that locate the home. Never a secret, because the file is readable. */
  environment: Record<string, string>
}

export interface ServicePlace {
  platform: NodeJS.Platform
  env: NodeJS.ProcessEnv
  /** The user's folder. */
  userFolder: string
  uid: number
  home: Home
}

/** A system command. `mayFail`: it undoes a step that may not have happened. */
export interface ServiceStep {
  words: string[]
  mayFail?: boolean
}

export interface Service {
  kind: 'systemd' | 'launchd'
  /** The name in the service manager. */
  name: string
  file: string
  /** Makes the system read the file, start the proxy, and start it at each login. */
  starting: ServiceStep[]
  /** Ends the service; then its file is removed, and `forgetting` runs. */
  ending: ServiceStep[]
  forgetting: ServiceStep[]
  /** A file of variables that do not belong in the unit, such as the passphrase; null: there is none. */
  variablesFile: string | null
  text: (command: ServiceCommand) => string
}

/** The mark in the first lines of every service file; a file without it is never overwritten or removed. */
export const SERVICE_MARK = 'Written by qwenctl proxy install; qwenctl proxy uninstall removes it.'

/** The service of a home on this system. Throws `failed` on a system that qwenctl does not support. */
export function chooseService(place: ServicePlace): Service {
  if (place.platform === 'linux') return systemdService(place)
  if (place.platform === 'darwin') return launchdService(place)
  const isWindows = place.platform === 'win32'
  throw new QwenctlError(
    'failed',
    `qwenctl installs no service on ${isWindows ? 'Windows' : place.platform}`,
    {
      hint: isWindows
        ? 'let the Task Scheduler start it: schtasks /Create /TN qwenctl /SC ONLOGON /TR "qwenctl proxy start"; or qwenctl proxy start --detach'
        : 'let the service manager of the system run qwenctl proxy start as your user; or qwenctl proxy start --detach',
    },
  )
}

/** Separate homes have separate services. */
function buildSuffix({ root }: Home, separator: string): string {
  if (root === null) return ''
  return `${separator}${createHash('sha256').update(root).digest('hex').slice(0, 8)}`
}

function systemdService({ env, userFolder, home }: ServicePlace): Service {
  const name = `qwenctl-proxy${buildSuffix(home, '-')}.service`
  const config = env['XDG_CONFIG_HOME'] ?? ''
  const folder = config.startsWith('/') ? config : posix.join(userFolder, '.config')
  const systemctl = (...words: string[]): ServiceStep => ({ words: ['systemctl', '--user', ...words] })
  const variablesFile = posix.join(home.configFolder, 'service.env')
  return {
    kind: 'systemd',
    name,
    file: posix.join(folder, 'systemd', 'user', name),
    starting: [systemctl('daemon-reload'), systemctl('enable', name), systemctl('restart', name)],
    ending: [{ ...systemctl('disable', '--now', name), mayFail: true }],
    forgetting: [systemctl('daemon-reload')],
    variablesFile,
    text: (command) => systemdUnit({ ...command, variablesFile, mark: SERVICE_MARK }),
  }
}

function launchdService({ userFolder, uid, home }: ServicePlace): Service {
  const name = `qwenctl.proxy${buildSuffix(home, '.')}`
  const file = posix.join(userFolder, 'Library', 'LaunchAgents', `${name}.plist`)
  const bootout: ServiceStep = { words: ['launchctl', 'bootout', `gui/${uid}/${name}`], mayFail: true }
  return {
    kind: 'launchd',
    name,
    file,
    starting: [bootout, { words: ['launchctl', 'bootstrap', `gui/${uid}`, file] }],
    ending: [bootout],
    forgetting: [],
    variablesFile: null,
    text: (command) =>
      launchdPlist({
        ...command,
        name,
        mark: SERVICE_MARK,
        logFile: posix.join(home.logsFolder, 'proxy.log'),
      }),
  }
}
