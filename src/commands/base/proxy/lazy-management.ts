export type { RunJob } from '../../../lib/management/management.ts'
import type { ServerResponse } from 'node:http'
import { readMessage } from '../../../lib/base/errors.ts'
import { explainReplacedFiles } from '../../../lib/base/public-error.ts'
import type { Management, ManagementOptions } from '../../../lib/management/management.ts'
import type { ManagementHandler } from '../../../lib/proxy/server/management-seam.ts'

type Load = () => Promise<{ Management: typeof Management }>

const loadFromBuild: Load = () => import('../../../lib/management/management.ts')

/**
 * The page and the API of a proxy. Loaded with the first request for them, since most proxies never get one. `load` is
 * for tests.
 */
export function openLazyManagement(
  options: ManagementOptions,
  load: Load = loadFromBuild,
): ManagementHandler {
  const open = async () => new (await load()).Management(options)
  let opened: ReturnType<typeof open> | null = null
  return (req, res, facts) => {
    opened ??= open()
    opened.then(
      (management) => management.handle(req, res, facts),
      (error: unknown) => {
        opened = null
        options.onTrouble(`the API cannot be loaded: ${readMessage(error)}`)
        answerUnavailable(res, error)
      },
    )
  }
}

/** Without the code of the API, which may be the missing file. */
function answerUnavailable(res: ServerResponse, cause: unknown): void {
  const replaced = explainReplacedFiles(cause)
  const reason = replaced?.message ?? 'the output of the proxy names the cause'
  const error = {
    code: 'failed',
    message: `the page and the API cannot be loaded; ${reason}`,
    hint: replaced?.hint ?? 'qwenctl proxy restart; if it persists, install qwenctl again',
  }
  res.writeHead(503, { 'content-type': 'application/json; charset=utf-8', connection: 'close' })
  res.end(JSON.stringify({ error }))
}
