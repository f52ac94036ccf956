// The Model Context Protocol, without a transport: one message in, one answer out. It serves clients with a handshake
// (revisions up to 2025-11-25) and without one (2026-07-28), and keeps no session.
// Source: https://modelcontextprotocol.io/specification/2026-07-28 and /2025-11-25, read 2026-11-30.

import type { QwenctlError } from '../../base/errors.ts'
import { isQwenctlError, readMessage } from '../../base/errors.ts'
import { convertToPublic } from '../../base/public-error.ts'
import { ownVersion } from '../../toolkit/own-version.ts'
import type { Id, RpcAnswer, RpcRequest } from './json-rpc.ts'
import { RpcError, answerError, answerResult, findId, readRequest, rpcCodes } from './json-rpc.ts'
import type { McpView } from './mcp-view.ts'
import { identifyCaller } from './mcp-view.ts'
import { listResources, readResource, resourceTemplates } from './resources.ts'
import { RunningCalls } from './running-calls.ts'
import { describeError, describeFailure } from './tool.ts'
import { listTools } from './tools/all-tools.ts'

/** Revisions that begin with `initialize`, the newest first. */
const WITH_HANDSHAKE = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']
/** Revisions in which each request carries its version. */
const STATELESS = ['2026-07-28']
const VERSION_FIELD = 'io.modelcontextprotocol/protocolVersion'

/** For how long a client may keep a list: tools and resources never change while a server runs. */
const LIST_TTL_MS = 3_600_000

const INSTRUCTIONS =
  'qwenctl rotates requests over accounts of model services. quota_show shows what is left, quota_explain which account serves and why the others do not. quota_wait waits for one that can.'

export class McpServer {
  readonly #view: McpView
  readonly #onTrouble: (message: string) => void
  readonly #running: RunningCalls
  /** The calls under way, which `notifications/cancelled` ends. */
  readonly #calls = new Map<Id, AbortController>()

  /**
   * `onTrouble` receives faults of the program itself. The client does not see their details. `running`: the calls of
   * all servers that share it.
   */
  constructor(view: McpView, onTrouble: (message: string) => void, running = new RunningCalls()) {
    this.#view = view
    this.#onTrouble = onTrouble
    this.#running = running
  }

  /** Null: the message needs no answer. Never rejects. */
  async handle(message: unknown, signal?: AbortSignal): Promise<RpcAnswer | null> {
    const id = findId(message)
    try {
      const request = readRequest(message)
      if (request === null) return null
      if (request.id === undefined) return this.#notice(request)
      return answerResult(request.id, await this.#answer(request, request.id, signal))
    } catch (error) {
      if (error instanceof RpcError) return answerError(id, error)
      const { code, message, hint } = describeError(this.#report(error))
      return answerError(id, new RpcError(rpcCodes.internal, message, { code, hint }))
    }
  }

  /** The error for the client. A fault of the program itself is reported, and only its kind is shown. */
  #report(error: unknown): QwenctlError {
    if (!isQwenctlError(error)) this.#onTrouble(`MCP failed: ${readMessage(error)}`)
    return convertToPublic(error, 'the server failed on this request')
  }

  /** Ends the calls under way. */
  stop(): void {
    for (const call of this.#calls.values()) call.abort()
  }

  #notice({ method, params }: RpcRequest): null {
    if (method === 'notifications/cancelled') this.#calls.get(params['requestId'] as Id)?.abort()
    return null
  }

  async #answer(request: RpcRequest, id: Id, signal?: AbortSignal): Promise<object> {
    const isStateless = checkVersion(request)
    const result = await this.#run(request, id, signal)
    if (!isStateless) return result
    const isList = request.method !== 'tools/call' && request.method !== 'resources/read'
    return {
      resultType: 'complete',
      ...result,
      ...(request.method === 'tools/call' ? {} : { ttlMs: isList ? LIST_TTL_MS : 0, cacheScope: 'private' }),
    }
  }

  async #run({ method, params }: RpcRequest, id: Id, signal?: AbortSignal): Promise<object> {
    switch (method) {
      case 'initialize':
        return { protocolVersion: chooseVersion(params['protocolVersion']), ...describeServer() }
      case 'server/discover':
        return { supportedVersions: STATELESS, ...describeServer() }
      case 'ping':
        return {}
      case 'tools/list':
        return { tools: [...listTools(this.#view.canWrite).values()].map((tool) => tool.describe()) }
      case 'tools/call':
        return this.#runCounted(() => this.#callTool(params, id, signal))
      case 'resources/list':
        return { resources: listResources(this.#view) }
      case 'resources/templates/list':
        return { resourceTemplates }
      case 'resources/read':
        return this.#runCounted(() => readResource(this.#view, params['uri']))
      default:
        throw new RpcError(rpcCodes.methodNotFound, `there is no method "${method.slice(0, 100)}"`)
    }
  }

  /** Only work on the store is counted, so a client can always connect, and see that the server answers. */
  #runCounted(call: () => Promise<object>): Promise<object> {
    return this.#running.run(identifyCaller(this.#view), call)
  }

  async #callTool({ name, arguments: given }: Record<string, unknown>, id: Id, signal?: AbortSignal) {
    const tool = typeof name === 'string' ? listTools(this.#view.canWrite).get(name) : undefined
    if (tool === undefined) throw new RpcError(rpcCodes.invalidParams, 'there is no tool with this name')
    const call = new AbortController()
    this.#calls.set(id, call)
    try {
      return await tool.call(
        this.#view,
        given,
        signal === undefined ? call.signal : AbortSignal.any([call.signal, signal]),
      )
    } catch (error) {
      return describeFailure(this.#report(error))
    } finally {
      this.#calls.delete(id)
    }
  }
}

/** Whether a request is of a revision without a handshake. Throws `RpcError` for one that is not served. */
function checkVersion({ params }: RpcRequest): boolean {
  const meta = params['_meta']
  const version =
    typeof meta === 'object' && meta !== null ? (meta as Record<string, unknown>)[VERSION_FIELD] : undefined
  if (version === undefined) return false
  if (typeof version === 'string' && STATELESS.includes(version)) return true
  throw new RpcError(rpcCodes.unsupportedVersion, 'Unsupported protocol version', {
    supported: STATELESS,
    requested: typeof version === 'string' ? version.slice(0, 40) : null,
  })
}

function chooseVersion(wanted: unknown): string {
  return WITH_HANDSHAKE.find((version) => version === wanted) ?? WITH_HANDSHAKE[0]!
}

function describeServer(): object {
  return {
    capabilities: { tools: {}, resources: {} },
    serverInfo: { name: 'qwenctl', version: ownVersion() },
    instructions: INSTRUCTIONS,
  }
}
