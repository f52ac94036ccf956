import { printable } from '../terminal/format/text-width.ts'
import type { AccountQuotaView } from '../toolkit/views.ts'

type Named = Pick<AccountQuotaView, 'user' | 'provider' | 'name'> & { label?: string | null }

/** The name of an account on the screen: `provider/name`, with its user unless that is the local one. */
export function accountName({ user, provider, name, label }: Named): string {
  const short = `${provider}/${name}${label == null || label === name ? '' : ` (${label})`}`
  return printable(user === 'local' ? short : `${user}:${short}`)
}
