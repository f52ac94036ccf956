// The efforts that models take. A model refuses all others. Sources (2026-11): https://console.groq.com/docs/reasoning,
// https://platform.openai.com/docs/guides/reasoning, https://github.com/anomalyco/opencode/pull/26268 (from OpenAI's own
// refusals), https://github.com/openai/codex/issues/6647, https://docs.x.ai/docs/guides/reasoning,
// https://platform.kimi.ai/docs/guide/use-thinking-models. `max` of GPT-5.6: https://github.com/enricoros/big-AGI/issues/1159.
// Deep research: https://github.com/anomalyco/models.dev/pull/2473. GPT-6 Astra takes `max` in Responses alone:
// https://github.com/BerriAI/litellm-docs/pull/1173. GLM:
// https://docs.z.ai/guides/capabilities/thinking, https://github.com/charmbracelet/catwalk/pull/603.

// Mistral: https://docs.mistral.ai/capabilities/reasoning, https://github.com/anomalyco/models.dev/pull/1986 and
// https://github.com/withceleste/celeste-python/pull/311, which have asked each model. Since 2026-07-31 the names of
// Magistral lead to Medium 3.5 and Small 4: https://github.com/UKGovernmentBEIS/inspect_ai/pull/4711.

/** From the least to the most. Groq's `default` is the only effort of a model that thinks or does not. */
const ORDER = ['none', 'minimal', 'default', 'low', 'medium', 'high', 'xhigh', 'max'] as const
type Effort = (typeof ORDER)[number]

interface EffortRow {
  /** Matches the model's name, without a maker before it. */
  pattern: RegExp
  efforts: readonly Effort[]
  /** Whether the model thinks when a request names no effort. */
  thinks: boolean
}

/** Models that think unless they are asked not to, if they take `none`. */
const thinksByDefault = (pattern: RegExp, ...efforts: readonly Effort[]): EffortRow => ({
  pattern,
  efforts,
  thinks: true,
})
/** Models that think only when they are asked to, if they take an effort. */
const thinksIfAsked = (pattern: RegExp, ...efforts: readonly Effort[]): EffortRow => ({
  pattern,
  efforts,
  thinks: false,
})

const models: readonly EffortRow[] = [
  thinksByDefault(/^gpt-oss/, 'low', 'medium', 'high'),
  thinksByDefault(/^o1-(?:mini|preview)/),
  thinksByDefault(/^o\d.*-deep-research/, 'medium'),
  thinksByDefault(/^(?:o\d|codex-mini)/, 'low', 'medium', 'high'),
  thinksIfAsked(/^(?:gpt-[34]|chatgpt-|gpt-5-chat)/),
  thinksByDefault(/^gpt-5\.\d+-chat/, 'medium'),
  thinksByDefault(/^gpt-5-pro/, 'high'),
  thinksByDefault(/^gpt-5\.\d+-pro/, 'medium', 'high', 'xhigh'),
  thinksByDefault(/^gpt-5\.(?:1-codex-max|(?:[2-9]|\d\d)-codex)/, 'low', 'medium', 'high', 'xhigh'),
  thinksByDefault(/^gpt-5(?:\.1)?-codex/, 'low', 'medium', 'high'),
  thinksIfAsked(/^gpt-5\.1(?!\d)/, 'none', 'low', 'medium', 'high'),
  thinksIfAsked(/^gpt-5\.[2-4](?!\d)/, 'none', 'low', 'medium', 'high', 'xhigh'),
  thinksByDefault(/^gpt-5\.5(?!\d)/, 'none', 'low', 'medium', 'high', 'xhigh'),
  thinksByDefault(/^gpt-5\.\d/, 'none', 'low', 'medium', 'high', 'xhigh', 'max'),
  thinksByDefault(/^gpt-5/, 'minimal', 'low', 'medium', 'high'),
  thinksByDefault(/^gpt-6-astra/, 'low', 'medium', 'high', 'xhigh'),
  thinksByDefault(/^kimi-k3/, 'low', 'high', 'max'),
  thinksByDefault(/^grok-3-mini/, 'low', 'high'),
  thinksIfAsked(/^grok-[23](?:-|$)/),
  thinksByDefault(/^grok-(?:4|code-fast-1)(?:-|$)/),
]

/** Hosts that know the efforts of few models. */
const hosts: Readonly<Record<string, readonly EffortRow[]>> = {
  groq: [
    thinksByDefault(/^gpt-oss/, 'low', 'medium', 'high'),
    thinksByDefault(/^qwen-?3/, 'none', 'default'),
    thinksIfAsked(/^(?:llama|meta-llama|gemma|kimi|mi[sx]tral|compound|allam)/),
  ],
  mistral: [
    thinksIfAsked(/^mistral-large-4/, 'none', 'low', 'medium', 'high'),
    thinksIfAsked(
      /^(?:mistral-small-(?:latest|2603|4)|mistral-medium-(?:latest|2604|3(?:[-.]5|$))|magistral-)/,
      'none',
      'high',
    ),
    thinksIfAsked(/^/),
  ],
  zai: [
    thinksByDefault(/^glm-5\.(?:[3-9]|\d\d)/, 'low', 'high', 'max'),
    thinksByDefault(/^glm-5\.2/, 'none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
  ],
}

function findRow(provider: string, model: string): EffortRow | null {
  const rows = (Object.hasOwn(hosts, provider) ? hosts[provider] : undefined) ?? models
  const name = readName(model)
  return rows.find(({ pattern }) => pattern.test(name)) ?? null
}

/** The name without the maker of the model, and without the mark of a fine-tuned one. */
function readName(model: string): string {
  return model
    .slice(model.lastIndexOf('/') + 1)
    .toLowerCase()
    .replace(/^ft:/, '')
}

/** The efforts that a model takes at a service; null: they are not known. */
export function findEfforts(provider: string, model: string): readonly string[] | null {
  return findRow(provider, model)?.efforts ?? null
}

/** Whether a model is known to think when a request names no effort. */
export function thinksUnasked(provider: string, model: string): boolean {
  return findRow(provider, model)?.thinks === true
}

/**
 * The nearest effort of these, the lower one first; null: there is none, or the wanted word is unknown. A model that
 * should think a little is not asked to leave it out.
 */
export function nearestEffort(wanted: string, efforts: readonly string[]): string | null {
  if (efforts.includes(wanted)) return wanted
  const rank = (effort: string) => ORDER.indexOf(effort as Effort)
  if (rank(wanted) === -1) return null
  const some = efforts.filter((effort) => effort !== 'none')
  return some.findLast((effort) => rank(effort) <= rank(wanted)) ?? some[0] ?? null
}

/**
 * Whether an OpenAI model chooses its own sampling, and takes neither a temperature nor stop sequences. From 5.1 to 5.4,
 * models think only when they are asked to; later ones also without
 * (https://platform.openai.com/docs/guides/latest-model#gpt-5-2-parameter-compatibility and
 * https://developers.openai.com/api/docs/guides/latest-model?model=gpt-5.5, 2026-11). `effort`: as sent.
 */
export function samplesWhileThinking(model: string, effort: unknown): boolean {
  if (!/^(?:o\d|codex-mini|gpt-[56])/.test(readName(model))) return false
  const row = findRow('openai', model)
  if (row === null || row.efforts.length === 0) return false
  if (!row.efforts.includes('none')) return true
  return effort === undefined ? row.thinks : effort !== 'none'
}
