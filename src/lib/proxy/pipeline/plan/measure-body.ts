import type { RequestSize } from '../../../rotation/use/request-size.ts'
import { fromOllama } from '../../../translate/ollama/ollama-request.ts'
import { parseExact } from '../../../translate/reshape/exact-json.ts'
import { measureRequest } from '../../wire/body/output-bound.ts'
import { parseRequest, withoutMark } from './read-request.ts'
import { readDestination } from './routes.ts'

/** A request without a model in its body is measured too: a path or a flag may name it. */
const ANY_MODEL = { isMedia: false, hasDefaultModel: true, service: null, stored: null, facts: null }

/**
 * Measures the body of a request to `path` as the proxy does when a limit counts tokens or dollars. `model`: the one
 * that the body names; null: none. Throws `invalid_request` for a body that the proxy refuses.
 */
export function measureBody(given: Buffer, path: string): { size: RequestSize; model: string | null } {
  const bytes = asChat(withoutMark(given), path)
  const { model } = parseRequest(bytes, { contentType: undefined }, ANY_MODEL)
  return { size: measureRequest(bytes), model }
}

/** A body for Ollama's API is measured as the chat completion that it becomes. */
function asChat(bytes: Buffer, path: string): Buffer {
  const ollama = readDestination(path).route?.ollama ?? null
  if (ollama === null) return bytes
  return Buffer.from(JSON.stringify(fromOllama(ollama, parseExact(bytes.toString('utf8'))).body))
}
