import { ollamaFailures } from '../../failures/hosts/local-servers.ts'
import { defineLocalServer } from './local-server.ts'

/** docs.ollama.com/api/openai-compatibility and /api/anthropic-compatibility (Ollama 0.14), read 2026-11-30. */
export const ollama = defineLocalServer({
  id: 'ollama',
  label: 'Ollama',
  port: 11434,
  outcomes: ollamaFailures.rows,
  routes: { 'chat/completions': true, completions: true, embeddings: true, responses: true },
})
