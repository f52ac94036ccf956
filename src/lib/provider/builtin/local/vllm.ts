import { vllmFailures } from '../../failures/hosts/local-servers.ts'
import { defineLocalServer } from './local-server.ts'

/** docs.vllm.ai/en/stable/serving/openai_compatible_server, with `/v1/messages`; read 2026-11-30. */
export const vllm = defineLocalServer({
  id: 'vllm',
  label: 'vLLM',
  port: 8000,
  keyVariables: ['VLLM_API_KEY'],
  outcomes: vllmFailures.rows,
  routes: { 'chat/completions': true, completions: true, responses: true },
})
