import { errorKinds, readMessage } from '../../base/errors.ts'
import type { ErrorCode } from '../../base/errors.ts'
import { tryParseJson } from '../../base/text/try-parse-json.ts'
import { isRecord } from '../../base/is-record.ts'
import { readUsageWithCost } from '../../provider/usage/usage.ts'
import { sendToPool } from '../ask/pool-client.ts'
import type { Pool } from '../ask/pool-client.ts'
import type { LineAnswer, LineSender } from './line-sender.ts'

/** Sends the lines of a batch to a running proxy, with a client key. */
export function openPoolSender({ url, secret }: Pool): LineSender {
  return async ({ path, dialect, group, body }, signal) => {
    const headers = {
      ...(dialect === 'anthropic' && { 'anthropic-version': '2023-06-01' }),
      ...(group !== null && { 'x-qwenctl-group': group }),
    }
    try {
      const response = await sendToPool(`${url}${path}`, secret, { body, headers, signal })
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      return readAnswer(response.statusCode ?? 0, response.headers, Buffer.concat(chunks))
    } catch (error) {
      return readAnswer(0, {}, Buffer.from(JSON.stringify({ error: { message: readMessage(error) } })))
    }
  }
}

function readAnswer(status: number, headers: NodeJS.Dict<string | string[]>, body: Buffer): LineAnswer {
  const value = tryParseJson(body.toString('utf8'))
  const ours = String(headers['x-qwenctl-error'] ?? '')
  const code = Object.hasOwn(errorKinds, ours) ? (ours as ErrorCode) : null
  const error = isRecord(value) && isRecord(value['error']) ? value['error'] : {}
  const text = (field: unknown) => (typeof field === 'string' ? field : null)
  const waitSeconds = Number(headers['retry-after'] ?? Number.NaN)
  return {
    status,
    code,
    body,
    message: text(error['message']),
    hint: text(error['hint']),
    returnsAt: Number.isFinite(waitSeconds) ? Date.now() + waitSeconds * 1000 : null,
    account: text(headers['x-qwenctl-account']),
    requestId: text(headers['x-request-id']) ?? '',
    usage: readUsageWithCost(value),
  }
}
