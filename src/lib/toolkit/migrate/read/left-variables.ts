// Variables that belong to no account, by kind, with the next step. None is lost without a line.
import type { ReadContext } from './source.ts'
import type { Variables } from './references.ts'

interface Kind {
  names: RegExp
  reason: string
}

/** The most certain first: a variable gets one line. */
const KINDS: readonly Kind[] = [
  {
    names: /^(?:HTTPS?|ALL)_PROXY$/i,
    reason: 'a proxy for all programs; next: qwenctl accounts set ACCOUNT --egress-proxy URL',
  },
  {
    names:
      /^(?:AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|PROFILE)|GOOGLE_APPLICATION_CREDENTIALS|ANTHROPIC_VERTEX_PROJECT_ID|CLAUDE_CODE_USE_(?:BEDROCK|VERTEX|FOUNDRY)|VERTEX_(?:PROJECT\w*|LOCATION|CREDENTIALS\w*|AI_\w+)|CLAUDE_CODE_OAUTH_TOKEN|GITHUB_TOKEN|GH_TOKEN|COPILOT_\w*TOKEN)$/,
    reason: 'credentials that sign requests or log in, which no account of qwenctl has',
  },
  {
    names:
      /^(?:ANTHROPIC|CLAUDE|OPENAI|AZURE_OPENAI|GEMINI|GOOGLE|QWEN|DASHSCOPE|DEEPSEEK|OPENROUTER|GROQ|MISTRAL|OLLAMA)_(?:\w+_)?MODEL(?:_NAME)?$|^CLAUDE_CODE_SUBAGENT_MODEL$/,
    reason: 'a model that the program asks for; next: qwenctl models',
  },
  {
    names: /^(?:ANTHROPIC_CUSTOM_HEADERS|OPENAI_(?:ORG_ID|ORGANIZATION|PROJECT_ID|PROJECT))$/,
    reason: 'headers of the program, which no account has',
  },
]

/** A base URL without a key beside it. */
const BASE_URL = /^[A-Z][A-Z0-9_]*_(?:(?:API_)?BASE_URL|API_BASE|BASE_PATH)$/

/** A text that may be a secret, such as `JWT_SECRET`: most belong to the program itself. */
const SECRET = /(?<!(?:^|_)(?:MAX|LIMIT))_(?:KEYS?|TOKENS?|SECRET)$/

/** Reports the variables with a value that no account uses. `used`: the variables of accounts and of other lines. */
export function reportLeftVariables(
  variables: Variables,
  used: ReadonlySet<string>,
  { file, context }: { file: string; context: Pick<ReadContext, 'leftOut'> },
): void {
  const left = Object.entries(variables)
    .filter(([name, text = '']) => text.trim() !== '' && !used.has(name))
    .map(([name]) => name)
  const lines = new Map<string, string[]>()
  for (const name of left) {
    const reason = findReason(name)
    if (reason !== null) lines.set(reason, [...(lines.get(reason) ?? []), name])
  }
  for (const [reason, names] of lines) context.leftOut(file, `${names.sort().join(', ')}: ${reason}`)
}

function findReason(name: string): string | null {
  const kind = KINDS.find(({ names }) => names.test(name))
  if (kind !== undefined) return kind.reason
  if (BASE_URL.test(name)) return 'a base URL without a key beside it'
  return SECRET.test(name) ? 'not an API key of a known service' : null
}
