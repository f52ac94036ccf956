import { geminiPath } from '../gemini/write-request.ts'
import type { EmbeddingFormat } from '../../provider/wire-format.ts'
import type { Json } from '../json-fields.ts'
import type { TranslationContext, TranslationPlan } from '../plan.ts'
import { writeEmbeddingAnswer, writeEmbeddingRequest } from './gemini-to-openai.ts'
import { writeGeminiEmbeddingRequest, writeOpenaiEmbeddingAnswer } from './openai-to-gemini.ts'

/** A request for embeddings in the other format. */
export interface TranslatedEmbeddings {
  body: Json
  path: string
  plan: TranslationPlan
}

/** Translates the parsed body of a request for embeddings. `from`: the client's format. */
export function translateEmbeddingRequest(
  from: EmbeddingFormat,
  input: Json,
  context: TranslationContext,
): TranslatedEmbeddings {
  const model = context.model ?? ''
  const isGemini = from === 'gemini-embeddings'
  const write = isGemini ? writeEmbeddingRequest : writeGeminiEmbeddingRequest
  const { body, leftOut } = write(input, model, context.refusesUnknown === true)
  return {
    body,
    path: isGemini ? '/embeddings' : geminiPath({ model, isStream: false, method: 'batchEmbedContents' }),
    plan: {
      from,
      to: isGemini ? 'embeddings' : 'gemini-embeddings',
      model,
      leftOut,
      requestId: context.requestId,
      isStream: false,
      isList: Array.isArray(input.requests),
      wantsUsage: false,
      showsThinking: false,
      hasForm: false,
      stops: [],
      tools: new Map(),
      callIds: new Set(),
      echo: { encoding_format: input.encoding_format },
      createdAt: Math.floor(context.now / 1000),
    },
  }
}

/** Translates a whole answer back. */
export function translateEmbeddingAnswer(
  { to, isList, model, echo }: TranslationPlan,
  answer: unknown,
): Json {
  if (to === 'embeddings') return writeEmbeddingAnswer(answer, isList)
  return writeOpenaiEmbeddingAnswer(answer, model, echo.encoding_format === 'base64')
}
