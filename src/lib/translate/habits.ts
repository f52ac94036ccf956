// How services differ in chat completions, where the format is silent or has changed. Rows come from their
// documentation and from reported refusals; a service without a row gets the common behaviour.

export interface Habits {
  /** OpenAI's reasoning models refuse the older name, Mistral refuses the newer. */
  maxTokens: 'max_tokens' | 'max_completion_tokens'
  /** How a request asks for thinking; `none`: not possible. */
  thinking: 'reasoning_effort' | 'enable_thinking' | 'none'
  /** The highest effort that the service knows. */
  mostEffort: 'high' | 'xhigh'
  /** The field of an assistant message that returns its own thinking; `none`: the service refuses such a field. */
  thinkingBack: 'reasoning_content' | 'reasoning_details' | 'none'
  /** Whether the service accepts `user`. */
  takesUser: boolean
  /** Whether a message of the user may follow the result of a tool. */
  takesUserAfterTool: boolean
  /** Whether calls carry the service's own seal, which it wants back. */
  sealsCalls: boolean
  /** Most stop sequences; more are cut, and named. */
  mostStops: number
  /** Fields beyond OpenAI's that the service documents. */
  takesTopK: boolean
  /** Whether parts of a content may have `cache_control`, in Anthropic's form. */
  takesCacheMarks: boolean
  /** Whether the schema of a tool may be a choice (`anyOf`) at its top. */
  takesUnions: boolean
}

const most: Habits = {
  maxTokens: 'max_tokens',
  thinking: 'reasoning_effort',
  mostEffort: 'xhigh',
  thinkingBack: 'reasoning_content',
  takesUser: true,
  takesUserAfterTool: true,
  sealsCalls: false,
  mostStops: 4,
  takesTopK: false,
  takesCacheMarks: false,
  takesUnions: true,
}

const qwen: Habits = {
  ...most,
  thinking: 'enable_thinking',
  takesTopK: true,
  takesCacheMarks: true,
  mostStops: Infinity,
}

// Efforts: https://console.groq.com/docs/reasoning and https://ai.google.dev/gemini-api/docs/openai (2026-11) name
// none, low, medium, high; https://platform.openai.com/docs/guides/reasoning (2026-11) adds xhigh.
// Cache marks: https://openrouter.ai/docs/features/prompt-caching and
// https://help.aliyun.com/zh/model-studio/context-cache (2026-11).
// Mistral refuses "user" after "tool": https://github.com/mistralai/mistral-common/issues/169.
const byProvider: Readonly<Record<string, Habits>> = {
  openai: { ...most, maxTokens: 'max_completion_tokens', thinkingBack: 'none', takesUnions: false },
  azure: { ...most, maxTokens: 'max_completion_tokens' },
  groq: { ...most, maxTokens: 'max_completion_tokens', thinkingBack: 'none', mostEffort: 'high' },
  mistral: {
    ...most,
    thinking: 'none',
    thinkingBack: 'none',
    takesUser: false,
    takesUserAfterTool: false,
    mostStops: Infinity,
  },
  gemini: { ...most, thinkingBack: 'none', mostEffort: 'high', sealsCalls: true },
  deepseek: { ...most, mostStops: 16 },
  openrouter: { ...most, thinkingBack: 'reasoning_details', takesTopK: true, takesCacheMarks: true },
  qwen,
  'qwen-oauth': qwen,
}

export function findHabits(provider: string): Habits {
  return (Object.hasOwn(byProvider, provider) ? byProvider[provider] : undefined) ?? most
}
