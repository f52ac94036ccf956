// The tables of fields of every format, by the objects that have them. Documents and tests read them.

import * as chatAnswer from './chat/read-answer.ts'
import * as chatContent from './chat/read-content.ts'
import * as chatMessages from './chat/read-messages.ts'
import * as chatRequest from './chat/read-request.ts'
import * as chatTools from './chat/read-tools.ts'
import { settingsFor } from './chat/write-request.ts'
import type { EmbeddingFormat, Format } from '../provider/wire-format.ts'
import * as geminiAnswer from './gemini/read-answer.ts'
import * as geminiEmbeddings from './embeddings/gemini-to-openai.ts'
import * as openaiEmbeddings from './embeddings/openai-to-gemini.ts'
import * as geminiContents from './gemini/read-contents.ts'
import * as geminiRequest from './gemini/read-request.ts'
import * as geminiTools from './gemini/read-tools.ts'
import { geminiSettings } from './gemini/write-request.ts'
import { findHabits } from './habits.ts'
import type { FieldRules } from './json-fields.ts'
import * as messagesAnswer from './messages/read-answer.ts'
import * as messagesBlocks from './messages/read-blocks.ts'
import * as messagesRequest from './messages/read-request.ts'
import * as messagesTools from './messages/read-tools.ts'
import { messagesSettings } from './messages/write-request.ts'
import type { SettingTable } from './neutral/field-check.ts'
import * as responsesAnswer from './responses/read-answer.ts'
import * as responsesItems from './responses/read-items.ts'
import * as responsesRequest from './responses/read-request.ts'
import * as responsesTools from './responses/read-tools.ts'
import { responsesSettings } from './responses/write-request.ts'

export type Tables = Readonly<Record<string, FieldRules>>

/** The fields of requests, by the object that has them. */
export const requestTables: Readonly<Record<Format, Tables>> = {
  chat: {
    request: chatRequest.requestRules,
    stream_options: chatRequest.streamOptionRules,
    json_schema: chatRequest.jsonSchemaRules,
    'message of system or user': chatMessages.messageRules,
    'message of the assistant': chatMessages.assistantRules,
    'message of a tool': chatMessages.toolMessageRules,
    'part of a content': chatContent.partRules,
    image_url: chatContent.imageUrlRules,
    file: chatContent.fileRules,
    tool: chatTools.toolRules,
    function: chatTools.functionRules,
  },
  messages: {
    request: messagesRequest.requestRules,
    thinking: messagesRequest.thinkingRules,
    output_config: messagesRequest.outputRules,
    'output_config.format': messagesRequest.formatRules,
    metadata: messagesRequest.metadataRules,
    message: messagesRequest.messageRules,
    text: messagesBlocks.textRules,
    image: messagesBlocks.imageRules,
    document: messagesBlocks.documentRules,
    search_result: messagesBlocks.searchResultRules,
    'thinking block': messagesBlocks.thinkingRules,
    redacted_thinking: messagesBlocks.sealedRules,
    tool_use: messagesBlocks.toolUseRules,
    tool_result: messagesBlocks.toolResultRules,
    tool: messagesTools.toolRules,
    'tool that the client runs': messagesTools.clientToolRules,
    tool_choice: messagesTools.toolChoiceRules,
  },
  responses: {
    request: responsesRequest.requestRules,
    reasoning: responsesRequest.reasoningRules,
    text: responsesRequest.textRules,
    'text.format': responsesRequest.formatRules,
    message: responsesItems.messageRules,
    call: responsesItems.callRules,
    'output of a call': responsesItems.outputRules,
    'reasoning item': responsesItems.reasoningRules,
    'part of a content': responsesItems.partRules,
    tool: responsesTools.toolRules,
  },
  gemini: {
    request: geminiRequest.requestRules,
    generationConfig: geminiRequest.configRules,
    thinkingConfig: geminiRequest.thinkingRules,
    content: geminiContents.contentRules,
    part: geminiContents.partRules,
    functionCall: geminiContents.callRules,
    functionResponse: geminiContents.responseRules,
    functionDeclaration: geminiTools.declarationRules,
    functionCallingConfig: geminiTools.choiceRules,
  },
}

/** The fields of requests for embeddings, by the client's format. */
export const embeddingTables: Readonly<Record<EmbeddingFormat, FieldRules>> = {
  embeddings: openaiEmbeddings.embeddingRules,
  'gemini-embeddings': geminiEmbeddings.embeddingRules,
}

/** The fields of answers, by the format of the account. */
export const answerTables: Readonly<Record<Format, FieldRules>> = {
  chat: chatAnswer.answerRules,
  messages: messagesAnswer.answerRules,
  responses: responsesAnswer.answerRules,
  gemini: geminiAnswer.answerRules,
}

/** The settings that requests in a format can express. */
export const settingTables: Readonly<Record<Format, SettingTable>> = {
  chat: settingsFor(findHabits('custom')),
  messages: messagesSettings,
  responses: responsesSettings,
  gemini: geminiSettings,
}
