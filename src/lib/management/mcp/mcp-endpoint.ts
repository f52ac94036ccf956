import type { IncomingMessage, ServerResponse } from 'node:http'
import { watchLeaving } from '../input/watch-leaving.ts'
import { CLIENT_KEY_PREFIX } from '../../account/client-key.ts'
import { QwenctlError } from '../../base/errors.ts'
import { sendJson } from '../answer.ts'
import type { Gate, Opened } from '../gate.ts'
import type { ManagementParts } from '../management-parts.ts'
import { readBearer } from '../input/read-bearer.ts'
import { readJson } from '../input/read-body.ts'
import type { RpcAnswer } from './json-rpc.ts'
import { rpcCodes } from './json-rpc.ts'
import { McpServer } from './mcp-server.ts'
import type { McpView } from './mcp-view.ts'
import { viewOfKey } from './mcp-view.ts'
import { RunningCalls } from './running-calls.ts'

/** `POST /mcp`: one JSON-RPC message, and its answer as JSON. There are no sessions and no streams. */
export class McpEndpoint {
  readonly #gate: Gate
  readonly #findParts: (opened: Opened | null) => ManagementParts
  readonly #onTrouble: (message: string) => void
  readonly #running = new RunningCalls()

  constructor(
    gate: Gate,
    findParts: (opened: Opened | null) => ManagementParts,
    onTrouble: (message: string) => void,
  ) {
    this.#gate = gate
    this.#findParts = findParts
    this.#onTrouble = onTrouble
  }

  /** Throws the errors of the gate, `method_not_allowed`, and those of the body. */
  async answer(
    req: IncomingMessage,
    res: ServerResponse,
    { search, remoteAddress }: { search: string; remoteAddress: string },
  ): Promise<void> {
    const view = await this.#identify(req, remoteAddress, new URLSearchParams(search).get('write') === 'true')
    if (req.method !== 'POST') {
      throw new QwenctlError('method_not_allowed', 'MCP takes only POST: it has no sessions and no streams', {
        hint: 'use POST',
        details: { allow: ['POST'] },
      })
    }
    const message = await readJson(req)
    const answer = await new McpServer(view, this.#onTrouble, this.#running).handle(
      message,
      watchLeaving(res),
    )
    if (answer !== null) return sendJson(res, isRefusal(answer) ? 400 : 200, answer)
    res.writeHead(202, { 'content-length': 0 })
    res.end()
  }

  /** The admin token sees everything, a user token its user, a client key what it may use. */
  async #identify(req: IncomingMessage, remoteAddress: string, writes: boolean): Promise<McpView> {
    const presented = readBearer(req) ?? readKeyHeader(req)
    if (presented?.startsWith(CLIENT_KEY_PREFIX) === true) {
      const { toolkit, clock } = this.#findParts(null)
      return viewOfKey(toolkit, await this.#gate.passKey(presented, remoteAddress, toolkit.keys), clock)
    }
    const opened = await this.#gate.pass(presented, remoteAddress)
    const { toolkit, user, clock } = this.#findParts(opened)
    const access = opened.kind === 'user' ? 'user' : 'admin'
    return { toolkit, user, access, key: null, canWrite: writes, clock }
  }
}

/** Whether the message is no valid request. That is a 400 over HTTP, with the message's id if it has one. */
function isRefusal(answer: RpcAnswer): boolean {
  return 'error' in answer && answer.error.code === rpcCodes.invalidRequest
}

/** A client key in the header that Anthropic's clients use. */
function readKeyHeader({ headers }: IncomingMessage): string | null {
  const key = headers['x-api-key']
  return typeof key === 'string' ? key : null
}
