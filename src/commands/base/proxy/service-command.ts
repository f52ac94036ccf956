import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { chooseService } from '../../../lib/toolkit/service/service.ts'
import type { Service, ServiceCommand } from '../../../lib/toolkit/service/service.ts'
import type { Toolkit } from '../../../lib/toolkit/toolkit.ts'

/** The `--json` document of a service. */
export interface ServiceView {
  kind: Service['kind']
  name: string
  file: string
}

interface Serving {
  port?: number | undefined
  host?: string | undefined
  strategy?: string | undefined
  workers?: number | undefined
  ca?: string[] | undefined
  user?: string | undefined
  reserve?: string | undefined
  wait?: string | undefined
  verbose?: boolean | undefined
}

/** The installed service of the home, or the one that `proxy install` would write. */
export function findHostService({ home }: Toolkit): Service {
  const { platform, env } = process
  return chooseService({ platform, env, userFolder: homedir(), uid: process.getuid?.() ?? 0, home })
}

export function viewService({ kind, name, file }: Service): ServiceView {
  return { kind, name, file }
}

/** The command line with which the service starts the proxy. */
export function serviceCommand(flags: Serving): ServiceCommand {
  const { port, host, strategy, workers, reserve, wait, ca = [], user, verbose } = flags
  const [, script = ''] = process.argv
  const valued = { port, host, strategy, workers, reserve, wait, user: user === '' ? undefined : user }
  const words = Object.entries(valued).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  )
  for (const file of ca) words.push('--ca', resolve(file))
  if (verbose === true) words.push('--verbose')
  return {
    words: [process.execPath, ...process.execArgv, realpathSync(script), 'proxy', 'start', ...words],
    environment: placeVariables(process.env),
  }
}

/** The variables that locate the home: the system starts the service without those of the user's shell. */
function placeVariables(env: NodeJS.ProcessEnv): Record<string, string> {
  const { QWENCTL_HOME: root = '' } = env
  if (root !== '') return { QWENCTL_HOME: resolve(root) }
  const names = ['XDG_DATA_HOME', 'XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME']
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name] ?? ''
      return value === '' ? [] : [[name, value]]
    }),
  )
}
