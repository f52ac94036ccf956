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
  'lm-studio': 'lmstudio',
  'llama-cpp': 'llamacpp',
  'llama.cpp': 'llamacpp',
  'llama-server': 'llamacpp',
  glm: 'zai',
  'z.ai': 'zai',
  'z-ai': 'zai',
  zhipu: 'zai',
  zhipuai: 'zai',
  bigmodel: 'zai',
  kimi: 'moonshot',
  moonshotai: 'moonshot',
  'moonshot-ai': 'moonshot',
  grok: 'xai',
  'x-ai': 'xai',
  'azure-openai': 'azure',
  'together-ai': 'together',
  togetherai: 'together',
  'nvidia-nim': 'nvidia',
  nim: 'nvidia',
  'hugging-face': 'huggingface',
  hf: 'huggingface',
  github: 'github-models',
  'silicon-flow': 'siliconflow',
}

/** The provider with this common name, in any case and with blanks; null: unknown. */
export function findServiceProvider(name: string): string | null {
  const key = normalizeServiceName(name)
  return Object.hasOwn(SERVICE_NAMES, key) ? (SERVICE_NAMES[key] ?? null) : null
}

/** `Open Router` becomes `open-router`. */
export function normalizeServiceName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_]+/g, '-')
}
