// The formats, each with its readers and writers. A new format is one row here.

import { ChatReader } from './chat/read-answer.ts'
import { readChatRequest } from './chat/read-request.ts'
import { ChatWriter } from './chat/write-answer.ts'
import { writeChatRequest } from './chat/write-request.ts'
import type { Format } from '../provider/wire-format.ts'
import { GeminiReader } from './gemini/read-answer.ts'
import { readGeminiRequest } from './gemini/read-request.ts'
import { GeminiWriter } from './gemini/write-answer.ts'
import { geminiPath, writeGeminiRequest } from './gemini/write-request.ts'
import type { Json } from './json/raw-json.ts'
import { MessagesReader } from './messages/read-answer.ts'
import { readMessagesRequest } from './messages/read-request.ts'
import { MessagesWriter } from './messages/write-answer.ts'
import { writeMessagesRequest } from './messages/write-request.ts'
import type { AnswerListener, AnswerReader, AnswerWriter } from './neutral/answer.ts'
import type { NeutralRequest } from './neutral/request.ts'
import type { TranslationPlan, WrittenRequest } from './plan.ts'
import { ResponsesReader } from './responses/read-answer.ts'
import { readResponsesRequest } from './responses/read-request.ts'
import { ResponsesWriter } from './responses/write-answer.ts'
import { writeResponsesRequest } from './responses/write-request.ts'

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
    readAnswer: (listener, plan) => new MessagesReader(listener, plan),
    writeAnswer: (plan, send) => new MessagesWriter(plan, send),
  },
  responses: {
    readRequest: readResponsesRequest,
    writeRequest: writeResponsesRequest,
    path: () => '/responses',
    readAnswer: (listener, plan) => new ResponsesReader(listener, plan),
    writeAnswer: (plan, send) => new ResponsesWriter(plan, send),
  },
  gemini: {
    readRequest: readGeminiRequest,
    writeRequest: writeGeminiRequest,
    path: geminiPath,
    readAnswer: (listener, plan) => new GeminiReader(listener, plan),
    writeAnswer: (plan, send) => new GeminiWriter(plan, send),
  },
}
