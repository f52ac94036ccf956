import { isFields } from '../read/parse-file.ts'
import type { Fields } from '../read/parse-file.ts'

/**
 * A Secret or a ConfigMap of Kubernetes with its values as `stringData`. The `data` of a Secret is base64
 * (kubernetes.io/docs/concepts/configuration/secret, read 2026-11-30). Any other value is unchanged.
 */
export function openKubernetes(value: unknown): unknown {
  if (!isFields(value)) return value
  const { kind, data, stringData, ...others } = value
  // Only the cluster can decrypt it.
  if (kind === 'SealedSecret') return null
  if ((kind !== 'Secret' && kind !== 'ConfigMap') || !isFields(data)) return value
  const texts = Object.entries(data).map(([name, text]) => [name, kind === 'Secret' ? decode(text) : text])
  return {
    ...others,
    stringData: { ...(Object.fromEntries(texts) as Fields), ...(isFields(stringData) ? stringData : {}) },
  }
}

function decode(text: unknown): unknown {
  return typeof text === 'string' ? Buffer.from(text, 'base64').toString('utf8').trim() : text
}
