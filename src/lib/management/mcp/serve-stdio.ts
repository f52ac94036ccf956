import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import type { ManagedToolkit } from '../../toolkit/scope/managed-toolkit.ts'
import { scopeToUser } from '../../toolkit/scope/user-toolkit.ts'
import { answerError, RpcError, rpcCodes } from './json-rpc.ts'
import { McpServer } from './mcp-server.ts'
import type { McpView } from './mcp-view.ts'

/** The view of a program on this machine. `user`: only this user's accounts; null: all. */
export function openMcpView(
  toolkit: ManagedToolkit,
  { user, canWrite, clock = Date.now }: Pick<McpView, 'user' | 'canWrite'> & { clock?: () => number },
): McpView {
  const own = user === null ? toolkit : scopeToUser(toolkit, user)
  return { toolkit: own, user, access: 'admin', key: null, canWrite, clock }
}

/**
 * Serves one client over lines of JSON until its input ends. Calls run at the same time: a long `quota_wait` holds up
 * nothing. Resolves when all answers are written.
 */
export async function serveStdio(
  view: McpView,
  { input, output }: { input: Readable; output: Writable },
  onTrouble: (message: string) => void,
): Promise<void> {
  const server = new McpServer(view, onTrouble)
  const pending = new Set<Promise<void>>()
  const write = (answer: object | null) => {
    if (answer !== null && output.writable) output.write(`${JSON.stringify(answer)}\n`)
  }
  // A client that left needs no answers.
  output.on('error', () => server.stop())
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.trim() === '') continue
    const message = parse(line)
    if (message === undefined) {
      write(answerError(null, new RpcError(rpcCodes.parseError, 'the line is not JSON')))
      continue
    }
    const done: Promise<void> = server.handle(message).then((answer) => {
      write(answer)
      pending.delete(done)
    })
    pending.add(done)
  }
  server.stop()
  await Promise.all(pending)
}

/** Undefined: not JSON. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
