import { lmstudioFailures } from '../../failures/hosts/local-servers.ts'
import { defineLocalServer } from './local-server.ts'

/** lmstudio.ai/docs/developer/openai-compat and /anthropic-compat (LM Studio 0.4.1), read 2026-11-30. */
export const lmstudio = defineLocalServer({
  id: 'lmstudio',
  label: 'LM Studio',
  port: 1234,
  keyVariables: ['LM_API_TOKEN'],
  outcomes: lmstudioFailures.rows,
  routes: { 'chat/completions': true, completions: true, embeddings: true, responses: true },
})
