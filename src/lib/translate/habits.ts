// How services differ in chat completions, where the format is silent or has changed. Rows come from their
// documentation and from reported refusals; a service without a row gets the common behaviour.

import { findEfforts, thinksUnasked } from './efforts.ts'

export interface Habits {
  /** OpenAI's reasoning models refuse the older name, Mistral refuses the newer. */
  maxTokens: 'max_tokens' | 'max_completion_tokens'
  /** How a request asks for thinking. `thinking` is a switch. */
  thinking: 'reasoning_effort' | 'enable_thinking' | 'thinking'
  /** Whether the service takes `reasoning_effort` too, with any model. */
  takesEffortBeside: boolean
  /** The highest effort that the service knows. */
  mostEffort: 'high' | 'xhigh'
  /**
   * The field of an assistant message that returns its own thinking; `content`: as a part of its text; `parts`: as parts
   * of a content; `none`: the service refuses such a field.
   */
  thinkingBack: 'reasoning_content' | 'reasoning_details' | 'reasoning' | 'content' | 'parts' | 'none'
  /** Whether a conversation that thinks needs this field in every message of the assistant, if only empty. */
  needsThinkingBack: boolean
  /** Whether the service accepts `user`. */
  takesUser: boolean
  /** Whether only the first message may be the system's. */
  startsWithSystem: boolean
  /** Whether a turn of the assistant may say nothing. Templates of models want the turns to alternate. */
  takesEmptyTurns: boolean
  /** Whether ids of calls have nine letters and digits. */
  hasNineLetterIds: boolean
  /** Whether an answer can follow a schema. Otherwise it is JSON, and an instruction has the schema. */
  takesSchemas: boolean
  /** Whether such a schema may have any type at its top: an object, a list or a choice. */
  takesAnyTopType: boolean
  /** The service's name of `seed`. */
  seed: 'seed' | 'random_seed'
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
  /** Whether a message may have a video, as `video_url`. */
  takesVideo: boolean
  /** Whether the schema of a tool may be a choice (`anyOf`) at its top. */
  takesUnions: boolean
}

const most: Habits = {
  maxTokens: 'max_tokens',
  thinking: 'reasoning_effort',
  mostEffort: 'xhigh',
  thinkingBack: 'reasoning_content',
  needsThinkingBack: false,
  takesEffortBeside: false,
  takesUser: true,
  startsWithSystem: false,
  takesEmptyTurns: false,
  hasNineLetterIds: false,
  takesSchemas: true,
  takesAnyTopType: true,
  seed: 'seed',
  takesUserAfterTool: true,
  sealsCalls: false,
  mostStops: 4,
  takesTopK: false,
  takesCacheMarks: false,
  takesVideo: false,
  takesUnions: true,
}

const qwen: Habits = {
  ...most,
  thinking: 'enable_thinking',
  takesTopK: true,
  takesCacheMarks: true,
  takesVideo: true,
  mostStops: Infinity,
}

const local: Habits = { ...most, startsWithSystem: true, takesEmptyTurns: true, takesTopK: true }

// Efforts: https://console.groq.com/docs/reasoning and https://ai.google.dev/gemini-api/docs/openai (2026-11) name
// none, low, medium, high; https://platform.openai.com/docs/guides/reasoning (2026-11) adds xhigh.
// Cache marks: https://openrouter.ai/docs/features/prompt-caching and
// https://help.aliyun.com/zh/model-studio/context-cache (2026-11).
// Mistral refuses "user" after "tool": https://github.com/mistralai/mistral-common/issues/169.
// Mistral refuses other ids (https://github.com/openclaw/openclaw/pull/23740) and `seed` (https://docs.mistral.ai/api).
// DeepSeek has no schemas: https://github.com/BerriAI/litellm/pull/31466.
// Switches of thinking: https://api-docs.deepseek.com/guides/thinking_mode, https://docs.z.ai/guides/capabilities/thinking.
// Local servers take `top_k`: https://docs.vllm.ai/en/latest/serving/openai_compatible_server.html and
// https://github.com/ggml-org/llama.cpp, tools/server/README.md (2026-11). Ollama's chat completions ignore it:
// https://docs.ollama.com/api/openai-compatibility (2026-11).
// DeepSeek and Kimi want the earlier thinking in every turn, even if another model answered:
// https://github.com/NousResearch/hermes-agent/issues/15228 and https://github.com/openclaw/openclaw/pull/74846 (2026-11).
// Cerebras refuses `reasoning_content` in a message: https://github.com/Kilo-Org/kilocode/issues/10375 and
// https://github.com/anomalyco/opencode/issues/33413 (2026-11). It wants the thinking in `content`:
// https://inference-docs.cerebras.ai/capabilities/reasoning, "Reasoning Context Retention" (2026-11). Azure and GitHub serve OpenAI's models, and its format.
// Local servers use the templates of models, and Qwen's refuse later system messages:
// https://github.com/ollama/ollama/issues/17774, https://github.com/vllm-project/vllm/issues/41114.
// Videos as `video_url`: https://docs.vllm.ai/en/latest/features/multimodal_inputs.html,
// https://openrouter.ai/docs/features/multimodal/videos, https://help.aliyun.com/zh/model-studio/vision,
// https://platform.moonshot.ai/docs/guide/use-kimi-vision-model, https://docs.z.ai/guides/vlm/glm-4.5v (2026-11).
// OpenAI wants an object at the top of an answer's schema: https://platform.openai.com/docs/guides/structured-outputs.
const byProvider: Readonly<Record<string, Habits>> = {
  openai: {
    ...most,
    maxTokens: 'max_completion_tokens',
    thinkingBack: 'none',
    takesAnyTopType: false,
    takesUnions: false,
  },
  azure: { ...most, maxTokens: 'max_completion_tokens', thinkingBack: 'none', takesAnyTopType: false },
  'github-models': { ...most, thinkingBack: 'none', takesAnyTopType: false },
  cerebras: { ...most, thinkingBack: 'content' },
  groq: { ...most, maxTokens: 'max_completion_tokens', thinkingBack: 'none', mostEffort: 'high' },
  mistral: {
    ...most,
    thinkingBack: 'none',
    takesUser: false,
    hasNineLetterIds: true,
    seed: 'random_seed',
    takesUserAfterTool: false,
    mostStops: Infinity,
  },
  gemini: { ...most, thinkingBack: 'none', mostEffort: 'high', sealsCalls: true },
  deepseek: {
    ...most,
    thinking: 'thinking',
    needsThinkingBack: true,
    takesEffortBeside: true,
    takesSchemas: false,
    mostStops: 16,
  },
  moonshot: { ...most, needsThinkingBack: true, takesVideo: true },
  zai: { ...most, thinking: 'thinking', takesVideo: true },
  vllm: { ...local, takesVideo: true },
  ollama: { ...local, takesTopK: false },
  lmstudio: local,
  llamacpp: local,
  openrouter: {
    ...most,
    thinkingBack: 'reasoning_details',
    takesTopK: true,
    takesCacheMarks: true,
    takesVideo: true,
  },
  qwen,
  'qwen-oauth': qwen,
}

/**
 * The field of a chat message in which a service takes a model's earlier thinking from its own clients. `none`: it refuses
 * all such fields. `all`: it ignores what it does not know, or is not known.
 *
 * Cerebras takes `reasoning` alone. Groq takes it for models that think, and refuses `reasoning_content`. Mistral and
 * Gemini refuse unknown fields. Sources: https://github.com/proxysoul/Empryo/pull/209,
 * https://github.com/vercel/ai/pull/8057, https://github.com/janhq/jan/issues/8136,
 * https://github.com/BerriAI/litellm/issues/30835, and
 * https://github.com/SuzumiyaAkizuki/ComfyUI-NewBie-LLM-Formatter/issues/3 (2026-11).
 */
export function findTakenThoughts(provider: string, model: string): 'all' | 'reasoning' | 'none' {
  const { thinkingBack } = findHabits(provider, model)
  if (thinkingBack === 'content' || thinkingBack === 'reasoning') return 'reasoning'
  return thinkingBack === 'none' || thinkingBack === 'parts' ? 'none' : 'all'
}

/** The habits of a service. With a model, they include what it takes beside the others of the service. */
export function findHabits(provider: string, model?: string): Habits {
  const habits = (Object.hasOwn(byProvider, provider) ? byProvider[provider] : undefined) ?? most
  const thinkingBack = model === undefined ? null : findModelThinking(provider, model)
  return thinkingBack === null ? habits : { ...habits, thinkingBack }
}

/**
 * How a model that thinks gets its thinking back, if other models of the service refuse it; null: as they do. Mistral
 * wants whole messages back: https://docs.mistral.ai/studio-api/conversations/reasoning,
 * https://github.com/vercel/ai/pull/17991 and https://github.com/mozilla-ai/any-llm/pull/1241. Groq:
 * https://github.com/vercel/ai/issues/7860 (2026-11).
 */
function findModelThinking(provider: string, model: string): Habits['thinkingBack'] | null {
  if (provider === 'groq') return thinksUnasked(provider, model) ? 'reasoning' : null
  if (provider !== 'mistral') return null
  return (findEfforts(provider, model) ?? []).length > 0 ? 'parts' : null
}

/**
 * Whether a chat message may have thinking as Mistral writes it: as parts of its content. vLLM serves Mistral's models
 * (https://github.com/vllm-project/vllm/pull/41822, 2026-11). A service that is not known may take them too.
 */
export function takesThinkingParts(provider: string): boolean {
  return provider === 'mistral' || provider === 'vllm' || !Object.hasOwn(byProvider, provider)
}
