// Whose model a name is. Only what a name really tells: model lists change monthly, families do not.

/** Families by the beginning of their names, without the maker's prefix (`qwen/`). Open weights are served by many. */
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

/** The family a model's name belongs to; null when the name does not tell. */
export function findFamily(model: string): ModelFamily | null {
  const families = Object.keys(modelFamilies) as ModelFamily[]
  return families.find((family) => modelFamilies[family].test(model)) ?? null
}

/**
 * A `serves` for a provider: true for its own families, null for those it may host beside them and for names that tell
 * nothing, false for every other known family. Names with a maker's prefix (`qwen/qwen3`) belong to routers: null.
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
