/** JSON-RPC 2.0, as MCP uses it: https://www.jsonrpc.org/specification */

export type Id = string | number

export interface RpcRequest {
  method: string
  params: Record<string, unknown>
  /** Undefined: a notification, which has no answer. */
  id: Id | undefined
}

export const rpcCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** MCP's own: a revision that is not served, and an unknown resource. */
  unsupportedVersion: -32022,
  resourceNotFound: -32002,
  /** Our own, in the range for servers. */
  tooManyCalls: -32000,
} as const

/** A failure of the protocol itself. Failures of tools are results. */
export class RpcError extends Error {
  readonly code: number
  readonly data: object | undefined

  constructor(code: number, message: string, data?: object) {
    super(message)
    this.name = 'RpcError'
    this.code = code
    this.data = data
  }
}

export type RpcAnswer = { jsonrpc: '2.0'; id: Id | null } & (
  { result: object } | { error: { code: number; message: string; data?: object } }
)

export function answerResult(id: Id, result: object): RpcAnswer {
  return { jsonrpc: '2.0', id, result }
}

export function answerError(id: Id | null, { code, message, data }: RpcError): RpcAnswer {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } }
}

/** Null: an answer of the client, which needs none. Throws `RpcError`. */
export function readRequest(value: unknown): RpcRequest | null {
  if (Array.isArray(value)) {
    // Revision 2025-06-18 removed batches: modelcontextprotocol.io/specification/2025-06-18/changelog, read 2026-11-30.
    throw new RpcError(rpcCodes.invalidRequest, 'MCP has no JSON-RPC batches: send one message at a time')
  }
  if (!isObject(value) || value['jsonrpc'] !== '2.0') throw notARequest()
  const { method, params = {}, id } = value
  if (method === undefined && ('result' in value || 'error' in value)) return null
  if (typeof method !== 'string' || !isObject(params)) throw notARequest()
  if (id !== undefined && !isId(id)) throw notARequest()
  return { method, params, id }
}

/** The id of a message that may be no request, for the answer that says so. */
export function findId(value: unknown): Id | null {
  const id = isObject(value) ? value['id'] : null
  return isId(id) ? id : null
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isId(value: unknown): value is Id {
  return typeof value === 'string' || typeof value === 'number'
}

function notARequest(): RpcError {
  return new RpcError(rpcCodes.invalidRequest, 'the message is not a JSON-RPC 2.0 request')
}
