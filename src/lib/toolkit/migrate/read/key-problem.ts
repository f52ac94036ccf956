import { isLoopbackUrl } from '../../../base/loopback.ts'
import type { Finding } from '../finding.ts'
import { makeFinding } from '../finding.ts'
import { clientKeyReason, isEncrypted, isPlaceholder, loginReason } from './service.ts'

/** Why a text in place of a key is not usable; null: it may be a key. */
export function keyProblem(secret: string, baseUrl: string | null): string | null {
  if (isPlaceholder(secret)) return 'a placeholder, not a key'
  if (isEncrypted(secret)) return 'encrypted: it has no readable key until its file is decrypted'
  return loginReason(secret) ?? clientKeyReason(secret, baseUrl)
}

/** Clients demand a key, so people write the name of the server. */
const LOCAL_NAME = /^(?:ollama|lm-?studio|vllm|llama\.?cpp|local(?:host)?|sk-no-key-required|no-?key)$/i

/**
 * A finding with a key. A server on this machine takes any key, so a placeholder or no key makes an account without
 * one. `missing` is the reason why there is no key.
 */
export function keyFinding(
  said: Parameters<typeof makeFinding>[0] & { secret: string | null },
  missing = 'its key is empty',
): Finding {
  const { secret, baseUrl = null } = said
  const isLocal = baseUrl !== null && isLoopbackUrl(baseUrl)
  if (isLocal && (secret === null || isPlaceholder(secret) || LOCAL_NAME.test(secret))) {
    const declined = said.declined ?? clientKeyReason('', baseUrl)
    return makeFinding({ ...said, secret: null, withoutKey: true, declined })
  }
  const declined = secret === null ? missing : keyProblem(secret, baseUrl)
  return makeFinding({ ...said, declined: said.declined ?? declined })
}
