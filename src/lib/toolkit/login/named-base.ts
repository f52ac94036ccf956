import type { DeviceLogin } from '../../provider/device-login.ts'
import { normalizeBaseUrl } from '../../provider/endpoints.ts'
import { isPlainHttp } from '../accounts/account-fields.ts'
import { isMetadataHost } from '../../net/metadata-addresses.ts'

/** The base URL that a response names; null if it names none that may receive tokens. */
export function namedBase(
  device: DeviceLogin | null,
  answer: Readonly<Record<string, unknown>>,
): string | null {
  const url = device?.baseUrl?.(answer) ?? null
  if (url === null || !URL.canParse(url) || !/^https?:/i.test(url)) return null
  return isPlainHttp(url) || isMetadataHost(new URL(url).hostname) ? null : normalizeBaseUrl(url)
}
