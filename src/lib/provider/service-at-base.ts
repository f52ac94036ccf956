// The service that answers at a base URL. An account of `custom` at a known service gets what an account of that service
// gets: the address decides, not the name of the provider.

/**
 * The ends of the hosts of services, with their regions. The only table of hosts: imports use it too. Sources:
 * `builtin/` and the services' documentation, 2026-11. Kimi answers at `.ai` too
 * (github.com/akitaonrails/ai-usagebar/issues/199, 2026-09).
 */
const hosts: readonly (readonly [end: string, provider: string])[] = [
  ['api.openai.com', 'openai'],
  ['api.anthropic.com', 'anthropic'],
  ['openai.azure.com', 'azure'],
  ['openai.azure.us', 'azure'],
  ['openai.azure.cn', 'azure'],
  ['cognitiveservices.azure.com', 'azure'],
  ['services.ai.azure.com', 'azure'],
  ['models.github.ai', 'github-models'],
  ['models.inference.ai.azure.com', 'github-models'],
  ['api.cerebras.ai', 'cerebras'],
  ['api.groq.com', 'groq'],
  ['api.fireworks.ai', 'fireworks'],
  ['api.mistral.ai', 'mistral'],
  ['codestral.mistral.ai', 'mistral'],
  ['api.cohere.ai', 'cohere'],
  ['api.cohere.com', 'cohere'],
  ['api.x.ai', 'xai'],
  ['generativelanguage.googleapis.com', 'gemini'],
  ['api.deepseek.com', 'deepseek'],
  ['api.kimi.com', 'moonshot'],
  ['api.kimi.ai', 'moonshot'],
  ['api.moonshot.ai', 'moonshot'],
  ['api.moonshot.cn', 'moonshot'],
  ['api.z.ai', 'zai'],
  ['open.bigmodel.cn', 'zai'],
  ['api.minimax.io', 'minimax'],
  ['api.minimaxi.com', 'minimax'],
  ['api.minimax.chat', 'minimax'],
  ['api.siliconflow.com', 'siliconflow'],
  ['api.siliconflow.cn', 'siliconflow'],
  ['api.together.xyz', 'together'],
  ['api.together.ai', 'together'],
  ['integrate.api.nvidia.com', 'nvidia'],
  ['router.huggingface.co', 'huggingface'],
  ['api-inference.modelscope.cn', 'modelscope'],
  ['api-inference.modelscope.ai', 'modelscope'],
  ['openrouter.ai', 'openrouter'],
  ['dashscope.aliyuncs.com', 'qwen'],
  ['dashscope-intl.aliyuncs.com', 'qwen'],
  ['dashscope-us.aliyuncs.com', 'qwen'],
  ['maas.aliyuncs.com', 'qwen'],
  ['portal.qwen.ai', 'qwen-oauth'],
]

/** The ports that only these local servers use (https://docs.ollama.com/faq, https://lmstudio.ai/docs, 2026-11). */
const ports: Readonly<Record<string, string>> = { 11434: 'ollama', 1234: 'lmstudio' }

/** The provider of the service at a base URL; `provider` where the address is no known one. */
export function findServiceAt(provider: string, baseUrl: string | null): string {
  const url = baseUrl === null ? null : URL.parse(baseUrl)
  if (url === null) return provider
  return findServiceOfHost(url.hostname) ?? (provider === 'custom' ? (ports[url.port] ?? provider) : provider)
}

/** The provider of the service with this host; null: no known one. */
export function findServiceOfHost(host: string): string | null {
  return hosts.find(([end]) => host === end || host.endsWith(`.${end}`))?.[1] ?? null
}
