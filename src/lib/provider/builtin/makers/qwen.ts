import { qwenFailures } from '../../failures/makers/qwen.ts'
import { defineProvider } from '../../define-provider.ts'
import { servesFamilies } from '../../model-families.ts'
import { qwenBases, qwenEndpoints } from './qwen-endpoints.ts'

/** Alibaba Cloud Model Studio: pay as you go, Coding Plan and Token Plan, which differ in their base URL. */
export const qwen = defineProvider({
  id: 'qwen',
  label: 'Qwen (Alibaba Cloud Model Studio)',
  keysUrl: 'https://modelstudio.console.alibabacloud.com/?tab=playground#/api-key',
  keyVariables: [
    'DASHSCOPE_API_KEY',
    'BAILIAN_CODING_PLAN_API_KEY',
    'BAILIAN_TOKEN_PLAN_API_KEY',
    'QWEN_API_KEY',
  ],
  keyPattern: /^sk-(?!or-|ant-)[\w-]{8,}$/,
  endpoints: qwenEndpoints,
  bases: qwenBases,
  routes: {
    'chat/completions': true,
    // Pictures and sound have paths of the service's own, below `/api/v1`.
    'images/generations': false,
    'images/edits': false,
    'audio/speech': false,
    'audio/transcriptions': false,
  },
  countsTogether: 'all keys, workspaces and RAM users of one Alibaba Cloud account, for each model',
  outcomes: qwenFailures.rows,
  serves: servesFamilies(['qwen'], ['deepseek', 'glm', 'kimi', 'minimax']),
  models: [
    'qwen3.8-max',
    'qwen3.8-flash',
    'qwen3.7-max',
    'qwen3.7-plus',
    'qwen3.6-plus',
    'qwen3.5-plus',
    'qwen3-coder-plus',
    'qwen3-coder-next',
    'qwen3-max-2026-01-23',
  ],
})
