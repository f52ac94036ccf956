import { missingFlags, serverEnv } from '../../../lib/proxy/node-flags.ts'
import type { Chosen } from '../../../lib/proxy/proxy-settings.ts'
import type { ManagementHandler } from '../../../lib/proxy/server/management-seam.ts'
import type { ProxyEvents, ProxySettings } from '../../../lib/proxy/start-proxy.ts'
import type { Palette } from '../../../lib/terminal/format/color.ts'
import { proxyEvents, sayBeside } from '../../../lib/terminal/proxy/proxy-events.ts'
import { ownVersion } from '../../../lib/toolkit/own-version.ts'
import type { Toolkit } from '../../../lib/toolkit/toolkit.ts'
import { servingAlone, servingTogether, type Serving } from './serving.ts'

export interface ServingParts {
  toolkit: Toolkit
  settings: ProxySettings
  /** The settings after the latest read. */
  read: () => Promise<ProxySettings>
  proof: string
  /** The flags of the command. */
  chosen: Chosen & { verbose: boolean }
  workers: number
  management: ManagementHandler
  palette: Palette
  caution: (message: string) => void
  /** The configuration changed, and is in effect. */
  onSettings: (strategy: string) => void
  /** A worker started or ended. */
  onWorkers: () => void
}

/** Serves in this process, or with several workers. Throws what `startProxy` throws. */
export function startServing(parts: ServingParts): Promise<Serving> {
  return parts.workers > 1 ? serveTogether(parts) : serveAlone(parts)
}

async function serveAlone(parts: ServingParts): Promise<Serving> {
  const { toolkit, settings, read, chosen, management, palette, caution, onSettings } = parts
  const { startProxy } = await import('../../../lib/proxy/start-proxy.ts')
  const voice = { palette, isVerbose: chosen.verbose, news: sayBeside, line: sayBeside, trouble: caution }
  const events: ProxyEvents = {
    ...(await proxyEvents(toolkit, voice)),
    onSettings: ({ strategy }) => onSettings(strategy),
  }
  const isAdmin = (presented: string | null) => toolkit.admin.isAdmin(presented)
  return servingAlone(await startProxy(toolkit, { ...settings, management, isAdmin }, events, read))
}

async function serveTogether(parts: ServingParts): Promise<Serving> {
  const { Supervisor } = await import('../../../lib/proxy/workers/supervisor.ts')
  const { hostManagement } = await import('../../../lib/proxy/workers/management-host.ts')
  const { settings, proof, chosen, workers, caution, onSettings, onWorkers } = parts
  const { host, port, strategy, user, ca } = chosen
  const management = await hostManagement(parts.management)
  const [, script = ''] = process.argv
  const supervisor = await Supervisor.start({
    count: workers,
    host: settings.host,
    command: {
      script,
      args: ['proxy', 'worker'],
      env: serverEnv(process.env),
      flags: [...process.execArgv, ...missingFlags(process)],
    },
    order: {
      chosen: { host, port, strategy, user, ca },
      port: settings.port,
      proof,
      version: ownVersion(),
      isVerbose: chosen.verbose,
      management: management.address,
    },
    onSettings,
    onSaid: ({ as, text }) => (as === 'news' ? sayBeside(text) : caution(text)),
    onChange: onWorkers,
  })
  return servingTogether(supervisor, management)
}
