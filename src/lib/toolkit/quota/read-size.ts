import type { RequestSize } from '../../rotation/use/request-size.ts'
import type { ExplainQuery } from '../views.ts'

type StatedSize = Pick<ExplainQuery, 'inputTokens' | 'maxTokens' | 'size'>

/** The size that the query states; null: none, so nothing is said of limits that count tokens or dollars in advance. */
export function readSize({ inputTokens, maxTokens, size }: StatedSize): RequestSize | null {
  if (size !== undefined) return size
  if (inputTokens === undefined && maxTokens === undefined) return null
  return {
    inputTokens: inputTokens ?? 0,
    outputTokens: maxTokens ?? null,
    answers: 1,
    thinkingTokens: 0,
    cachedFor: null,
    hasSound: false,
  }
}
