// Services that speak chat completions differ where the format is silent or has changed. Rows are from their documents
// and from reports of their refusals; a service without a row gets what most take.

export interface Habits {
  /** OpenAI's reasoning models refuse the older name, Mistral refuses the newer. */
  maxTokens: 'max_tokens' | 'max_completion_tokens'
  /** How thinking is asked for; `none`: it cannot be. */
  thinking: 'reasoning_effort' | 'enable_thinking' | 'none'
  /** The field of an assistant message in which its own thinking goes back; `none`: the service refuses such a field. */
  thinkingBack: 'reasoning_content' | 'reasoning_details' | 'none'
  /** Whether it takes `user`. */
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
