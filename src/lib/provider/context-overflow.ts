// A request that is longer than the model's context. Services have many different messages for it, and agents
// recognise only some of them.

import type { Outcome } from './provider.ts'

const CODES =
  /^(?:context_length_exceeded|context_window_exceeded|model_max_prompt_tokens_exceeded|exceed_context_size_error)$/i

// OpenAI, vLLM, OpenRouter, llama.cpp, LM Studio, Anthropic, Bedrock, Gemini, xAI, Moonshot, MiniMax, DashScope,
// Copilot, GLM: their documents, and the patterns of https://github.com/badlogic/pi-mono
// (packages/ai/src/utils/overflow.ts, 2026-11).
const WORDS = new RegExp(
  [
    String.raw`\b(?:maximum|max|model'?s?|available|allowed) context (?:length|window|size)`,
    String.raw`\bcontext[_ ](?:length|window|size|limit)\b.{0,60}\b(?:exceed|too (?:long|large|small)|overflow)`,
    String.raw`\bexceed(?:s|ed|ing)?\b.{0,60}\b(?:context (?:length|window|size|limit)|maximum (?:number of tokens|prompt length|input length)|(?:model )?token limit)`,
    String.raw`\b(?:greater|longer|larger) than the context (?:length|window|size)`,
    String.raw`\b(?:prompt|input) (?:is )?too long\b|\binput token length too long\b|\btoo many (?:input |prompt )?tokens\b`,
    String.raw`\b(?:input|prompt) token(?:s| count)\b.{0,80}\bexceed|\bexceeds the limit of \d+|\bmaximum prompt length is \d+`,
    String.raw`\brange of input length should\b|\breduce the length of\b|\binput length and \S*max_tokens\S* exceed`,
    '上下文.{0,12}(?:过长|超|长度)|输入.{0,12}(?:过长|超长|超过)|[Pp]rompt ?超长',
  ].join('|'),
  'i',
)

/** Messages about a token rate: they are not about the size of a context, because waiting helps. */
const RATES = /per[ -]?(?:minute|day|hour|second)|\bT[PD][MD]\b/i

/** Whether an upstream refused a request because it is longer than the model's context. */
export function isContextOverflow({ class: kind, code, message }: Outcome): boolean {
  if (kind !== 'bad-request') return false
  return (code !== null && CODES.test(code)) || (WORDS.test(message) && !RATES.test(message))
}
