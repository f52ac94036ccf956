export type { RunJob } from '../../../lib/management/management.ts'
import type { ServerResponse } from 'node:http'
import type { Management, ManagementOptions } from '../../../lib/management/management.ts'
import type { ManagementHandler } from '../../../lib/proxy/server/management-seam.ts'

type Load = () => Promise<{ Management: typeof Management }>

const loadFromBuild: Load = () => import('../../../lib/management/management.ts')

/**
 * The page and the API of a proxy. Loaded with the first request for them, since most proxies never get one. `load` is
 * for tests.
 */
export function lazyManagement(options: ManagementOptions, load: Load = loadFromBuild): ManagementHandler {
  const open = async () => new (await load()).Management(options)
  let opened: ReturnType<typeof open> | null = null
  return (req, res, facts) => {
    opened ??= open()
    opened.then(
      (management) => management.handle(req, res, facts),
      (error: unknown) => {
        opened = null
        options.onTrouble(`the API cannot be loaded: ${String(error)}`)
        answerUnavailable(res)
      },
    )
  }
}

/** The usual cause: another version was installed over the files of the running one. */
function answerUnavailable(res: ServerResponse): void {
  const error = {
    code: 'failed',
    message:
      'the page and the API cannot be loaded; the files of qwenctl have changed since this proxy started',
    hint: 'qwenctl proxy restart',
  }
  res.writeHead(503, { 'content-type': 'application/json; charset=utf-8', connection: 'close' })
  res.end(JSON.stringify({ error }))
}
