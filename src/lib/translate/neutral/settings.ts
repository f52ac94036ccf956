/**
 * Wishes that not every format can express. A hint may be left out, and the answer is still one to the request.
 * Any other wish changes what the answer is: without a counterpart it is refused.
 */
export const settingKinds = {
  topK: 'hint',
  seed: 'hint',
  frequencyPenalty: 'hint',
  presencePenalty: 'hint',
  verbosity: 'hint',
  tier: 'hint',
  user: 'hint',
  cacheKey: 'hint',
  cache: 'hint',
  store: 'hint',
  metadata: 'hint',
  logitBias: 'change',
  choices: 'change',
  logprobs: 'change',
  topLogprobs: 'change',
  modalities: 'change',
  audio: 'change',
  webSearch: 'change',
} as const satisfies Record<string, 'hint' | 'change'>

export type SettingName = keyof typeof settingKinds
