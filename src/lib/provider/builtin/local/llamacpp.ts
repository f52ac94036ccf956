import { llamacppFailures } from '../../failures/hosts/local-servers.ts'
import { defineLocalServer } from './local-server.ts'

/** github.com/ggml-org/llama.cpp/tree/master/tools/server; Messages since January 2026. Read 2026-11-30. */
export const llamacpp = defineLocalServer({
  id: 'llamacpp',
  label: 'llama.cpp server',
  port: 8080,
  keyVariables: ['LLAMA_API_KEY'],
  outcomes: llamacppFailures.rows,
  routes: { 'chat/completions': true, completions: true, embeddings: true, responses: true },
})
