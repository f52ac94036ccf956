/** The service of a channel: a name of `known-services.ts` or of a provider, or the reason why there is none. */
export type ChannelService = { called: string } | { declined: string }

const called = (name: string): ChannelService => ({ called: name })
const declined = (what: string): ChannelService => ({ declined: `${what}, which qwenctl does not know` })

/** The types that one-api and new-api have in common, below 28. */
const common: Readonly<Record<number, ChannelService>> = {
  1: called('openai'),
  3: called('azure'),
  4: called('ollama'),
  8: called('custom'),
  14: called('anthropic'),
  15: declined('Baidu Wenxin with its own login'),
  16: called('zhipuai'),
  17: called('qwen'),
  18: declined('Xunfei Spark with its own signature'),
  20: called('openrouter'),
  23: declined('Tencent Hunyuan with its own signature'),
  24: called('gemini'),
  25: called('moonshotai-cn'),
}

/** new-api (github.com/QuantumNous/new-api, constant/channel.go, read 2026-11-30). */
export const newApiTypes: Readonly<Record<number, ChannelService>> = {
  ...common,
  26: called('zhipuai'),
  27: called('perplexity'),
  31: called('lingyiwanwu'),
  33: declined('AWS Bedrock'),
  34: called('cohere'),
  35: called('minimax-cn'),
  36: declined('Suno'),
  37: declined('Dify'),
  39: declined('Cloudflare Workers AI'),
  40: called('siliconflow-cn'),
  41: declined('Vertex AI'),
  42: called('mistral'),
  43: called('deepseek'),
  45: called('volcengine'),
  46: declined('Baidu Qianfan'),
  48: called('xai'),
  49: declined('Coze'),
  57: {
    declined:
      'a ChatGPT login: the terms of the service allow a subscription login in its own products alone',
  },
}

/** one-api (github.com/songquanpeng/one-api, relay/channeltype/define.go, read 2026-11-30). */
export const oneApiTypes: Readonly<Record<number, ChannelService>> = {
  ...common,
  27: called('minimax-cn'),
  28: called('mistral'),
  29: called('groq'),
  30: called('ollama'),
  31: called('lingyiwanwu'),
  32: called('stepfun'),
  33: declined('AWS Bedrock'),
  34: declined('Coze'),
  35: called('cohere'),
  36: called('deepseek'),
  37: declined('Cloudflare Workers AI'),
  38: declined('DeepL'),
  39: called('together'),
  40: called('volcengine'),
  41: called('novita'),
  42: declined('Vertex AI'),
  44: called('siliconflow-cn'),
  45: called('xai'),
  46: declined('Replicate'),
  49: called('qwen'),
  50: called('custom'),
  51: called('gemini'),
}
