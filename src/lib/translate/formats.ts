// The formats, each with its readers and writers. A new format is one row here.

import { ChatReader } from './chat/read-answer.ts'
import { readChatRequest } from './chat/read-request.ts'
import { ChatWriter } from './chat/write-answer.ts'
import { writeChatRequest } from './chat/write-request.ts'
import type { Format } from './format.ts'
import { readGeminiRequest } from './gemini/read-request.ts'
import { GeminiWriter } from './gemini/write-answer.ts'
import type { Json } from './json/raw-json.ts'
import { MessagesReader } from './messages/read-answer.ts'
import { readMessagesRequest } from './messages/read-request.ts'
import { MessagesWriter } from './messages/write-answer.ts'
import { writeMessagesRequest } from './messages/write-request.ts'
import type { AnswerListener, AnswerReader, AnswerWriter } from './neutral/answer.ts'
import type { NeutralRequest } from './neutral/request.ts'
import type { TranslationPlan, WrittenRequest } from './plan.ts'
import { readResponsesRequest } from './responses/read-request.ts'
import { ResponsesWriter } from './responses/write-answer.ts'

export interface FormatParts {
  readRequest: (body: Json, refusesUnknown: boolean) => NeutralRequest
  writeRequest: (request: NeutralRequest, provider: string) => WrittenRequest
  /** The route below an account's base. */
  path: (request: NeutralRequest) => string
  readAnswer: (listener: AnswerListener, plan: TranslationPlan) => AnswerReader
  /** `send` gets the events of a stream, in order. */
  writeAnswer: (plan: TranslationPlan, send: (event: string) => void) => AnswerWriter
}

export const formats: Readonly<Record<Format, FormatParts>> = {
  chat: {
    readRequest: readChatRequest,
    writeRequest: writeChatRequest,
    path: () => '/chat/completions',
    readAnswer: (listener, plan) => new ChatReader(listener, plan),
    writeAnswer: (plan, send) => new ChatWriter(plan, send),
  },
  messages: {
    readRequest: readMessagesRequest,
    writeRequest: writeMessagesRequest,
    path: () => '/messages',
    readAnswer: (listener) => new MessagesReader(listener),
    writeAnswer: (plan, send) => new MessagesWriter(plan, send),
  },
  responses: {
    readRequest: readResponsesRequest,
    writeRequest: () => refuseUpstream('responses'),
    path: () => '/responses',
    readAnswer: () => refuseUpstream('responses'),
    writeAnswer: (plan, send) => new ResponsesWriter(plan, send),
  },
  gemini: {
    readRequest: readGeminiRequest,
    writeRequest: () => refuseUpstream('gemini'),
    path: () => '',
    readAnswer: () => refuseUpstream('gemini'),
    writeAnswer: (plan, send) => new GeminiWriter(plan, send),
  },
}

/** No account speaks this format alone, so requests are never written in it. */
function refuseUpstream(format: Format): never {
  throw new Error(`no account gets translated requests in the format ${format}`)
}
