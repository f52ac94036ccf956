// The service that answers at a base URL. An account of `custom` at a known service gets what an account of that service
// gets: the address decides, not the name of the provider.

/** The ends of the hosts of services. Sources: `builtin/` and the services' documentation, 2026-11. */
const hosts: readonly (readonly [end: string, provider: string])[] = [
  ['api.openai.com', 'openai'],
  ['openai.azure.com', 'azure'],
  ['cognitiveservices.azure.com', 'azure'],
  ['services.ai.azure.com', 'azure'],
  ['models.github.ai', 'github-models'],
  ['models.inference.ai.azure.com', 'github-models'],
  ['api.cerebras.ai', 'cerebras'],
  ['api.groq.com', 'groq'],
  ['api.mistral.ai', 'mistral'],
  ['codestral.mistral.ai', 'mistral'],
  ['generativelanguage.googleapis.com', 'gemini'],
  ['api.deepseek.com', 'deepseek'],
  ['api.kimi.com', 'moonshot'],
  ['api.moonshot.ai', 'moonshot'],
  ['api.moonshot.cn', 'moonshot'],
  ['api.z.ai', 'zai'],
  ['open.bigmodel.cn', 'zai'],
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
  const host = url.hostname
  const known = hosts.find(([end]) => host === end || host.endsWith(`.${end}`))
  return known?.[1] ?? (provider === 'custom' ? (ports[url.port] ?? provider) : provider)
}
