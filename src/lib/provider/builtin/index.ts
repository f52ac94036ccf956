// The services that qwenctl knows without a plugin, one file each: facts with their source, as data. A service
// belongs here when its error texts and limits are documented. Any other OpenAI-compatible service is a `custom`
// account or a plugin.

import type { Provider } from '../provider.ts'
import { anthropic } from './anthropic.ts'
import { custom } from './custom.ts'
import { deepseek } from './deepseek.ts'
import { fireworks } from './fireworks.ts'
import { gemini } from './gemini.ts'
import { groq } from './groq.ts'
import { mistral } from './mistral.ts'
import { openai } from './openai.ts'
import { openrouter } from './openrouter.ts'
import { qwenOauth } from './qwen-oauth.ts'
import { qwen } from './qwen.ts'
import { sandbox } from './sandbox.ts'

/** In the order of `providers list`. */
export const builtinProviders: readonly Provider[] = [
  qwen,
  qwenOauth,
  openai,
  anthropic,
  openrouter,
  deepseek,
  gemini,
  groq,
  fireworks,
  mistral,
  custom,
  sandbox,
]
