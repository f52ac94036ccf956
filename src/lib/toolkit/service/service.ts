// The service folder: the proxy as something that the system starts at login and keeps running. A file in the user's own
// folder, and the commands that make the system read it; nothing here needs more rights than the user has.

import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import { QwenctlError } from '../../base/errors.ts'
import type { Home } from '../../store/home.ts'
import { launchdPlist } from './launchd-plist.ts'
import { systemdUnit } from './systemd-unit.ts'

/** How the proxy is started. */
export interface ServiceCommand {
  /** Absolute paths of Node and of the script, with Node's flags between, and the words after. */
  words: string[]
  /** Variables that say where the home is. Never a secret: the file is readable. */
  environment: Record<string, string>
}

export interface ServicePlace {
  platform: NodeJS.Platform
  env: NodeJS.ProcessEnv
  /** Of the user. */
  userFolder: string
  uid: number
  home: Home
}

/** One command of the system's. `mayFail`: it undoes what may not be there. */
export interface ServiceStep {
  words: string[]
  mayFail?: boolean
}

export interface Service {
  kind: 'systemd' | 'launchd'
  /** As the system knows it. */
  name: string
  file: string
  /** Makes the system read the file, start the proxy, and start it at each login. */
  starting: ServiceStep[]
  /** Ends it; then the file goes, then `forgetting`. */
  ending: ServiceStep[]
  forgetting: ServiceStep[]
  /** A file of variables that are not for the unit, such as the passphrase; null: there is none. */
  variablesFile: string | null
  text: (command: ServiceCommand) => string
}

/** What every file of ours says in its first lines; none without it is ever overwritten or removed. */
export const SERVICE_MARK = 'Written by qwenctl proxy install; qwenctl proxy uninstall removes it.'

/** The service of a home on this system. Throws `failed` where there is none that qwenctl knows. */
export function serviceOf(place: ServicePlace): Service {
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

/** Homes of their own have services of their own. */
function suffixOf({ root }: Home, separator: string): string {
  if (root === null) return ''
  return `${separator}${createHash('sha256').update(root).digest('hex').slice(0, 8)}`
}

function systemdService({ env, userFolder, home }: ServicePlace): Service {
  const name = `qwenctl-proxy${suffixOf(home, '-')}.service`
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
  const name = `qwenctl.proxy${suffixOf(home, '.')}`
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
        ...{ ...command, name, mark: SERVICE_MARK },
        logFile: posix.join(home.logsFolder, 'proxy.log'),
      }),
  }
}
