/** The ids of the built-in providers, for starts that load none of them. Every other id belongs to a plugin. */
export const builtinIds: ReadonlySet<string> = new Set([
  'qwen',
  'qwen-oauth',
  'openai',
  'anthropic',
  'openrouter',
  'deepseek',
  'gemini',
  'groq',
  'fireworks',
  'mistral',
  'custom',
  'sandbox',
])
