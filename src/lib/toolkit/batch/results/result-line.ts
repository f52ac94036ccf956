// Lines of the output and error files, in the format of the input's service.
// Sources: https://platform.openai.com/docs/api-reference/batch/request-output and
// https://docs.claude.com/en/api/retrieving-message-batch-results (both 2026-11-30).

import { isRecord } from '../../../base/is-record.ts'
import { tryParseJson } from '../../../base/text/try-parse-json.ts'
import type { ClientDialect } from '../../../provider/provider.ts'
import type { LineAnswer } from '../line-sender.ts'

const FIRST_SUCCESS = 200
const FIRST_REDIRECT = 300

export function isSuccess({ status }: Pick<LineAnswer, 'status'>): boolean {
  return status >= FIRST_SUCCESS && status < FIRST_REDIRECT
}

/** The line with a line break at its end. The body keeps the bytes of the answer, without its line breaks. */
export function formatResult(dialect: ClientDialect, customId: string, answer: LineAnswer): Buffer {
  const body = toOneLine(answer)
  const id = JSON.stringify(customId)
  if (dialect === 'openai') {
    const request = JSON.stringify(answer.requestId)
    const response = `{"status_code":${answer.status},"request_id":${request},"body":${body}}`
    const own = JSON.stringify(`batch_req_${answer.requestId.replace(/^req-/, '')}`)
    return Buffer.from(`{"id":${own},"custom_id":${id},"response":${response},"error":null}\n`)
  }
  const result = isSuccess(answer)
    ? `{"type":"succeeded","message":${body}}`
    : `{"type":"errored","error":${body}}`
  return Buffer.from(`{"custom_id":${id},"result":${result}}\n`)
}

/** JSON allows line breaks only between its values, so a blank can replace them. Other text becomes a JSON text. */
function toOneLine({ body }: LineAnswer): string {
  const text = body.toString('utf8')
  try {
    JSON.parse(text)
  } catch {
    return JSON.stringify(text)
  }
  return text.replace(/[\r\n]+/g, ' ').trim()
}

/** The id of a result line; null: the line is not one. */
export function readResultId(text: string): string | null {
  const line = tryParseJson(text)
  return isRecord(line) && typeof line.custom_id === 'string' ? line.custom_id : null
}
