import { defineProvider } from '../../define-provider.ts'
import { githubFailures } from '../../failures/hosts/github-models.ts'

/**
 * Models are named `maker/model`. Free use has limits of a minute and a day for each model, by its tier: a 429 names
 * them. Source, read 2026-11-30: docs.github.com/en/rest/models/inference.
 */
export const githubModels = defineProvider({
  id: 'github-models',
  label: 'GitHub Models',
  keysUrl: 'https://github.com/settings/personal-access-tokens',
  keyVariables: ['GITHUB_MODELS_TOKEN', 'GITHUB_TOKEN'],
  keyPattern: /^(github_pat_|gh[pousr]_)\w{16,}$/,
  endpoints: [{ id: 'global', label: 'GitHub Models', openai: 'https://models.github.ai/inference' }],
  outcomes: githubFailures.rows,
  routes: { 'chat/completions': true, embeddings: true, responses: false },
  countsTogether: 'all tokens of one user',
  serves: (model) => (model.includes('/') ? null : false),
  // The list of models is outside of the base and needs no token: only a request shows whether a token works.
  check: null,
  terms: 'Free use is for prototypes; limits hold per user and model.',
})
