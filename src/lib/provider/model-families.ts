// The family of a model name. Only what a name certainly shows: model lists change monthly, families do not.

/**
 * Families by the beginning of their names, without the maker's prefix (`qwen/`). Many services offer open weights.
 */
export const modelFamilies = {
  gpt: /^(gpt-(?!oss)|chatgpt-|o[1-9](-|$)|codex-|dall-e|tts-1|whisper-1$|text-embedding-(3|ada)|omni-moderation|sora-|davinci-|babbage-|ft:gpt)/i,
  claude: /^claude-/i,
  gemini: /^(models\/)?(gemini-|gemini-embedding|imagen-|veo-)/i,
  qwen: /^(qwen|qwq|qvq|text-embedding-v\d|wan\d|wanx)/i,
  deepseek: /^deepseek-/i,
  mistral:
    /^(mistral-|ministral-|magistral-|codestral-|devstral-|pixtral-|voxtral-|open-mi(s|x)tral-|mixtral-)/i,
  glm: /^glm-/i,
  kimi: /^(kimi-|moonshot-)/i,
  minimax: /^minimax-/i,
  grok: /^grok-/i,
  llama: /^llama-/i,
  sandbox: /^sandbox-/i,
} as const satisfies Record<string, RegExp>

export type ModelFamily = keyof typeof modelFamilies

/** The family of a model's name; null when the name does not show it. */
export function findFamily(model: string): ModelFamily | null {
  const families = Object.keys(modelFamilies) as ModelFamily[]
  return families.find((family) => modelFamilies[family].test(model)) ?? null
}

/**
 * Makes a `serves` for a provider: true for its own families, false for every other known family. Null for families
 * that it may also host, and for names without a family. Names with a maker's prefix (`qwen/qwen3`) belong to
 * routers: null.
 */
export function servesFamilies(
  own: ModelFamily[],
  hosted: ModelFamily[] = [],
): (model: string) => boolean | null {
  return (model) => {
    const family = findFamily(model)
    if (family === null || hosted.includes(family)) return null
    return own.includes(family)
  }
}
