// The services that qwenctl knows without a plugin, one file each: facts with their source, as data. A service
// belongs here when its error texts and limits are documented. Any other OpenAI-compatible service is a `custom`
// account or a plugin.

import type { Provider } from '../provider.ts'
import { anthropic } from './makers/anthropic.ts'
import { zai } from './makers/zai.ts'
import { moonshot } from './makers/moonshot.ts'
import { minimax } from './makers/minimax.ts'
import { xai } from './makers/xai.ts'
import { cohere } from './makers/cohere.ts'
import { azure } from './hosts/azure.ts'
import { cerebras } from './hosts/cerebras.ts'
import { siliconflow } from './hosts/siliconflow.ts'
import { modelscope } from './hosts/modelscope.ts'
import { together } from './hosts/together.ts'
import { nvidia } from './hosts/nvidia.ts'
import { huggingface } from './hosts/huggingface.ts'
import { githubModels } from './hosts/github-models.ts'
import { ollama } from './local/ollama.ts'
import { lmstudio } from './local/lmstudio.ts'
import { vllm } from './local/vllm.ts'
import { llamacpp } from './local/llamacpp.ts'
import { custom } from './custom.ts'
import { http } from './http.ts'
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
  zai,
  moonshot,
  minimax,
  xai,
  cerebras,
  azure,
  siliconflow,
  modelscope,
  together,
  nvidia,
  huggingface,
  githubModels,
  cohere,
  ollama,
  lmstudio,
  vllm,
  llamacpp,
  custom,
  http,
  sandbox,
]
