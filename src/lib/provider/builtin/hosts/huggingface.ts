import { defineProvider } from '../../define-provider.ts'
import { huggingfaceFailures } from '../../failures/hosts/huggingface.ts'

/** The router; credits are of a month (huggingface.co/docs/inference-providers/pricing, read 2026-11-30). */
export const huggingface = defineProvider({
  id: 'huggingface',
  label: 'Hugging Face Inference Providers',
  keysUrl: 'https://huggingface.co/settings/tokens',
  keyVariables: ['HF_TOKEN', 'HUGGINGFACE_API_KEY', 'HUGGING_FACE_HUB_TOKEN'],
  keyPattern: /^hf_\w{16,}$/,
  endpoints: [{ id: 'router', label: 'Hugging Face router', openai: 'https://router.huggingface.co/v1' }],
  outcomes: huggingfaceFailures.rows,
  routes: { 'chat/completions': true, responses: true },
  countsTogether: 'all tokens of one user or organisation',
})
