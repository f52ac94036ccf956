import { defineProvider } from '../../define-provider.ts'
import { nvidiaFailures } from '../../failures/hosts/nvidia.ts'

/** Trial access with a rate a minute for an account (build.nvidia.com; forums.developer.nvidia.com, read 2026-11-30). */
export const nvidia = defineProvider({
  id: 'nvidia',
  label: 'NVIDIA NIM',
  keysUrl: 'https://build.nvidia.com/settings/api-keys',
  keyVariables: ['NVIDIA_API_KEY', 'NVIDIA_NIM_API_KEY'],
  keyPattern: /^nvapi-[\w-]{16,}$/,
  endpoints: [{ id: 'global', label: 'NVIDIA NIM', openai: 'https://integrate.api.nvidia.com/v1' }],
  defaultLimits: ['40/minute'],
  outcomes: nvidiaFailures.rows,
  routes: { 'chat/completions': true, embeddings: true },
  countsTogether: 'all keys of one account',
  terms: 'Trial access is for development and tests, not for production.',
})
