// The efforts that models take. A model refuses all others. Sources (2026-11): https://console.groq.com/docs/reasoning,
// https://platform.openai.com/docs/guides/reasoning, https://github.com/anomalyco/opencode/pull/26268 (from OpenAI's own
// refusals), https://github.com/openai/codex/issues/6647, https://docs.x.ai/docs/guides/reasoning,
// https://platform.kimi.ai/docs/guide/use-thinking-models.

/** From the least to the most. Groq's `default` is the only effort of a model that thinks or does not. */
const ORDER = ['none', 'minimal', 'default', 'low', 'medium', 'high', 'xhigh', 'max'] as const
type Effort = (typeof ORDER)[number]

interface EffortRow {
  /** Matches the model's name, without a maker before it. */
  pattern: RegExp
  efforts: readonly Effort[]
}

const row = (pattern: RegExp, ...efforts: readonly Effort[]): EffortRow => ({ pattern, efforts })

const models: readonly EffortRow[] = [
  row(/^gpt-oss/, 'low', 'medium', 'high'),
  row(/^o1-(?:mini|preview)/),
  row(/^(?:o\d|codex-mini)/, 'low', 'medium', 'high'),
  row(/^(?:gpt-[34]|chatgpt-|gpt-5-chat)/),
  row(/^gpt-5\.\d+-chat/, 'medium'),
  row(/^gpt-5-pro/, 'high'),
  row(/^gpt-5\.\d+-pro/, 'medium', 'high', 'xhigh'),
  row(/^gpt-5\.(?:1-codex-max|[2-9]\d*-codex)/, 'low', 'medium', 'high', 'xhigh'),
  row(/^gpt-5(?:\.1)?-codex/, 'low', 'medium', 'high'),
  row(/^gpt-5\.1/, 'none', 'low', 'medium', 'high'),
  row(/^gpt-5\.\d/, 'none', 'low', 'medium', 'high', 'xhigh'),
  row(/^gpt-5/, 'minimal', 'low', 'medium', 'high'),
  row(/^kimi-k3/, 'low', 'high', 'max'),
  row(/^grok-3-mini/, 'low', 'high'),
  row(/^grok-(?:[23]|4|code-fast-1)(?:-|$)/),
]

/** Hosts that know the efforts of few models. */
const hosts: Readonly<Record<string, readonly EffortRow[]>> = {
  groq: [
    row(/^gpt-oss/, 'low', 'medium', 'high'),
    row(/^qwen-?3/, 'none', 'default'),
    row(/^(?:llama|meta-llama|gemma|kimi|mi[sx]tral|compound|allam)/),
  ],
}

/** The efforts that a model takes at a service; null: they are not known. */
export function findEfforts(provider: string, model: string): readonly string[] | null {
  const rows = (Object.hasOwn(hosts, provider) ? hosts[provider] : undefined) ?? models
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase()
  return rows.find(({ pattern }) => pattern.test(name))?.efforts ?? null
}

/**
 * The nearest effort of these, the lower one first; null: there is none. A model that should think a little is not told to
 * leave it out.
 */
export function nearestEffort(wanted: string, efforts: readonly string[]): string | null {
  if (efforts.includes(wanted)) return wanted
  const rank = (effort: string) => ORDER.indexOf(effort as Effort)
  const thinking = efforts.filter((effort) => effort !== 'none')
  return thinking.findLast((effort) => rank(effort) <= rank(wanted)) ?? thinking[0] ?? null
}

/**
 * Whether an OpenAI model chooses its own sampling, and takes neither a temperature nor stop sequences. Models that can
 * leave thinking out do so unless they are asked to think
 * (https://platform.openai.com/docs/guides/latest-model#gpt-5-2-parameter-compatibility, 2026-11). `effort`: as sent.
 */
export function samplesWhileThinking(model: string, effort: unknown): boolean {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase()
  if (!/^(?:o\d|codex-mini|gpt-5)/.test(name)) return false
  const efforts = findEfforts('openai', model) ?? []
  if (efforts.length === 0) return false
  return !efforts.includes('none') || (effort !== undefined && effort !== 'none')
}
