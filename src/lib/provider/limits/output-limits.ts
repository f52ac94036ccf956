/**
 * The most output tokens of one answer, by the beginning of the model's name. Sources: platform.openai.com/docs/models,
 * ai.google.dev/gemini-api/docs/models, api-docs.deepseek.com/quick_start/pricing,
 * help.aliyun.com/zh/model-studio/models, read 2026-11-30. The first match counts.
 */
const outputLimits: readonly (readonly [name: RegExp, tokens: number])[] = [
  [/^gpt-5-chat/i, 16_384],
  [/^(gpt-5|codex-)/i, 128_000],
  [/^o[134](-|$)/i, 100_000],
  [/^gpt-4\.1/i, 32_768],
  [/^(gpt-4o|chatgpt-4o)/i, 16_384],
  [/^(gpt-4|gpt-3\.5)/i, 8_192],
  [/^gemini-(1|2\.0)/i, 8_192],
  [/^deepseek-chat/i, 8_192],
  [/^qwen-(max|plus|turbo|flash)/i, 32_768],
]

/** For models that the table does not know: none of a text model's common limits is above it, those of GPT-5 apart. */
export const USUAL_OUTPUT_LIMIT = 65_536

/** The most tokens that an answer of this model has when its client sets no bound. */
export function findOutputLimit(model: string): number {
  const plain = model.slice(model.lastIndexOf('/') + 1)
  for (const [name, tokens] of outputLimits) if (name.test(plain)) return tokens
  return USUAL_OUTPUT_LIMIT
}
