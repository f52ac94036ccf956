export type { RunJob } from '../../../lib/management/management.ts'
import type { ManagementOptions } from '../../../lib/management/management.ts'
import type { ManagementHandler } from '../../../lib/proxy/server/management-seam.ts'

/** The page and the API of a proxy. Loaded with the first request for them, since most proxies never get one. */
export function lazyManagement(options: ManagementOptions): ManagementHandler {
  const open = async () => {
    const { Management } = await import('../../../lib/management/management.ts')
    return new Management(options)
  }
  let opened: ReturnType<typeof open> | null = null
  return (req, res, facts) => {
    opened ??= open()
    opened.then(
      (management) => management.handle(req, res, facts),
      (error: unknown) => {
        opened = null
        options.onTrouble(`the API cannot be loaded: ${String(error)}`)
        res.destroy()
      },
    )
  }
}
