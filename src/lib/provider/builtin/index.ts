// The services that qwenctl knows without a plugin, one file each: facts with their source, as data. A service
// belongs here when its error texts and limits are documented. Any other OpenAI-compatible service is a `custom`
// account or a plugin.

import type { Provider } from '../provider.ts'
import { anthropic } from './makers/anthropic.ts'
import { custom } from './custom.ts'
import { deepseek } from './makers/deepseek.ts'
import { fireworks } from './hosts/fireworks.ts'
import { gemini } from './makers/gemini.ts'
import { groq } from './hosts/groq.ts'
import { mistral } from './makers/mistral.ts'
import { openai } from './makers/openai.ts'
import { openrouter } from './hosts/openrouter.ts'
import { qwenOauth } from './makers/qwen-oauth.ts'
import { qwen } from './makers/qwen.ts'
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
