import { join } from 'node:path'
import { finding } from './finding.ts'
import { isFields, parseJson, textOf } from './parse-file.ts'
import { subscriptionTerms } from './service.ts'
import type { Source } from './source.ts'
import { keyProblem } from './variables.ts'

/** Codex: imports its API key and leaves its ChatGPT login. */
export const codex: Source = {
  id: 'codex',
  label: 'Codex',
  inFolder: /^auth\.json$/,
  asFile: /\.json$/,
  usual: ({ env, home }) => [join(env['CODEX_HOME'] || join(home, '.codex'), 'auth.json')],
  read(file) {
    const parsed = parseJson(file)
    if (!isFields(parsed) || !('OPENAI_API_KEY' in parsed || 'auth_mode' in parsed)) return null
    const where = { source: 'codex', file: file.path, provider: 'openai', name: 'codex' } as const
    const secret = textOf(parsed['OPENAI_API_KEY'])
    const tokens = isFields(parsed['tokens']) ? parsed['tokens'] : null
    return [
      ...(secret === null ? [] : [finding({ ...where, secret, declined: keyProblem(secret, null) })]),
      ...(tokens === null
        ? []
        : [
            finding({
              ...where,
              declined: `a ChatGPT login: ${subscriptionTerms}; its refresh token also works once only, so taking it would end the login of Codex`,
            }),
          ]),
      ...(textOf(parsed['personal_access_token']) === null
        ? []
        : [finding({ ...where, declined: `a personal access token of ChatGPT: ${subscriptionTerms}` })]),
    ]
  },
}
