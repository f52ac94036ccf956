// How services differ in chat completions, where the format is silent or has changed. Rows come from their
// documentation and from reported refusals; a service without a row gets the common behaviour.

export interface Habits {
  /** OpenAI's reasoning models refuse the older name, Mistral refuses the newer. */
  maxTokens: 'max_tokens' | 'max_completion_tokens'
  /** How a request asks for thinking; `none`: not possible. */
  thinking: 'reasoning_effort' | 'enable_thinking' | 'none'
  /** The field of an assistant message that returns its own thinking; `none`: the service refuses such a field. */
  thinkingBack: 'reasoning_content' | 'reasoning_details' | 'none'
  /** Whether the service accepts `user`. */
  takesUser: boolean
}

const most: Habits = {
  maxTokens: 'max_tokens',
  thinking: 'reasoning_effort',
  thinkingBack: 'reasoning_content',
  takesUser: true,
}

const byProvider: Readonly<Record<string, Habits>> = {
  openai: { ...most, maxTokens: 'max_completion_tokens', thinkingBack: 'none' },
  groq: { ...most, maxTokens: 'max_completion_tokens', thinkingBack: 'none' },
  mistral: { ...most, thinking: 'none', thinkingBack: 'none', takesUser: false },
  gemini: { ...most, thinkingBack: 'none' },
  openrouter: { ...most, thinkingBack: 'reasoning_details' },
  qwen: { ...most, thinking: 'enable_thinking' },
  'qwen-oauth': { ...most, thinking: 'enable_thinking' },
}

export function findHabits(provider: string): Habits {
  return (Object.hasOwn(byProvider, provider) ? byProvider[provider] : undefined) ?? most
}
