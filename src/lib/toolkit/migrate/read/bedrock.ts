import type { Finding } from '../finding.ts'
import { makeFinding } from '../finding.ts'
import { keyFinding } from './key-problem.ts'
import type { Variables } from './references.ts'
import { resolveValue } from './references.ts'
import { findEachKey } from './split-keys.ts'

const BEDROCK_KEY = 'AWS_BEARER_TOKEN_BEDROCK'

/** Another host for the key: the AWS SDKs, and Claude Code with a gateway (their documentation, read 2026-11-30). */
const ADDRESSES = ['AWS_ENDPOINT_URL_BEDROCK_RUNTIME', 'AWS_ENDPOINT_URL', 'ANTHROPIC_BEDROCK_BASE_URL']

/**
 * The API key of Amazon Bedrock. Its OpenAI API takes it as a bearer token in one region
 * (docs.aws.amazon.com/bedrock/latest/userguide/inference-chat-completions.html, read 2026-11-30).
 * `AWS_BEDROCK_BASE_URL` replaces it (bedrock.md of openai/openai-node, read 2026-11-30).
 */
export function bedrockKeys(variables: Variables, where: Pick<Finding, 'source' | 'file'>): Finding[] {
  const text = resolveValue(variables, BEDROCK_KEY)
  if (text === null) return []
  const region = ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_REGION_NAME']
    .map((name) => resolveValue(variables, name))
    .find((found) => found !== null && /^[a-z]{2}(?:-[a-z]+)+-\d$/.test(found))
  const own = resolveValue(variables, 'AWS_BEDROCK_BASE_URL')
  const named = ADDRESSES.find((name) => resolveValue(variables, name) !== null)
  if (own === null && named !== undefined) {
    const elsewhere = `its host is in ${named}, and the API there is not known`
    return [makeFinding({ ...where, provider: 'custom', name: 'bedrock', declined: elsewhere })]
  }
  const declined =
    own === null && region === undefined ? 'its region is not named: AWS_REGION is not set here' : null
  const regional = region === undefined ? null : `https://bedrock-runtime.${region}.amazonaws.com/openai/v1`
  const said = { ...where, provider: 'custom', name: 'bedrock', baseUrl: own ?? regional, declined }
  return findEachKey(text, (secret, notes) =>
    keyFinding({ ...said, secret, notes: [`from ${BEDROCK_KEY}`, ...notes] }),
  )
}
