// All services with known errors, in the order of reading. A row of an earlier service wins, so services with codes
// of their own come first.
import type { ServiceFailures } from './failure-row.ts'
import { cerebrasFailures } from './hosts/cerebras.ts'
import { cloudflareFailures } from './hosts/cloudflare.ts'
import { fireworksFailures } from './hosts/fireworks.ts'
import { litellmFailures, oneApiFailures } from './hosts/gateways.ts'
import { githubFailures } from './hosts/github-models.ts'
import { groqFailures } from './hosts/groq.ts'
import { huggingfaceFailures } from './hosts/huggingface.ts'
import { llamacppFailures, lmstudioFailures, ollamaFailures, vllmFailures } from './hosts/local-servers.ts'
import { nvidiaFailures } from './hosts/nvidia.ts'
import { opencodeFailures } from './hosts/opencode.ts'
import { openrouterFailures } from './hosts/openrouter.ts'
import { siliconflowFailures } from './hosts/siliconflow.ts'
import { togetherFailures } from './hosts/together.ts'
import { volcengineFailures } from './hosts/volcengine.ts'
import { anthropicFailures } from './makers/anthropic.ts'
import { azureFailures } from './makers/azure.ts'
import { baiduFailures } from './makers/baidu.ts'
import { cohereFailures } from './makers/cohere.ts'
import { deepseekFailures } from './makers/deepseek.ts'
import { geminiFailures } from './makers/gemini.ts'
import { iflytekFailures } from './makers/iflytek.ts'
import { minimaxFailures } from './makers/minimax.ts'
import { mistralFailures } from './makers/mistral.ts'
import { moonshotFailures } from './makers/moonshot.ts'
import { openaiFailures } from './makers/openai.ts'
import { qwenFailures } from './makers/qwen.ts'
import { qwenOauthFailures } from './makers/qwen-oauth.ts'
import { xaiFailures } from './makers/xai.ts'
import { zaiFailures } from './makers/zai.ts'

export const services: readonly ServiceFailures[] = [
  qwenFailures,
  qwenOauthFailures,
  openaiFailures,
  azureFailures,
  githubFailures,
  anthropicFailures,
  geminiFailures,
  openrouterFailures,
  huggingfaceFailures,
  minimaxFailures,
  volcengineFailures,
  baiduFailures,
  iflytekFailures,
  zaiFailures,
  ollamaFailures,
  moonshotFailures,
  siliconflowFailures,
  groqFailures,
  mistralFailures,
  deepseekFailures,
  xaiFailures,
  cohereFailures,
  cerebrasFailures,
  togetherFailures,
  fireworksFailures,
  cloudflareFailures,
  nvidiaFailures,
  opencodeFailures,
  oneApiFailures,
  litellmFailures,
  vllmFailures,
  llamacppFailures,
  lmstudioFailures,
]

/** The rows that accounts of this provider read first; empty when it has none. */
export function findOwnRows(providerId: string): ServiceFailures['rows'] {
  return services.filter(({ providers }) => providers.includes(providerId)).flatMap(({ rows }) => rows)
}
