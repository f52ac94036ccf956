/** Common names of services and the ids of their providers. An id of a registered provider comes first. */
const SERVICE_NAMES: Readonly<Record<string, string>> = {
  claude: 'anthropic',
  'claude-api': 'anthropic',
  chatgpt: 'openai',
  gpt: 'openai',
  'openai-api': 'openai',
  google: 'gemini',
  'google-ai': 'gemini',
  'google-ai-studio': 'gemini',
  'google-gemini': 'gemini',
  alibaba: 'qwen',
  dashscope: 'qwen',
  'alibaba-cloud': 'qwen',
  'qwen-code': 'qwen',
  'open-router': 'openrouter',
  'mistral-ai': 'mistral',
  mistralai: 'mistral',
  'fireworks-ai': 'fireworks',
  'deep-seek': 'deepseek',
  groqcloud: 'groq',
  ollama: 'custom',
  'lm-studio': 'custom',
  lmstudio: 'custom',
  vllm: 'custom',
  'llama-cpp': 'custom',
}

/** The provider with this common name, in any case and with blanks; null: unknown. */
export function providerOfService(name: string): string | null {
  const key = name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-')
  return Object.hasOwn(SERVICE_NAMES, key) ? (SERVICE_NAMES[key] ?? null) : null
}
