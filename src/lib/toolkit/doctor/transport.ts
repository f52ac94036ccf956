import type { Check } from './check.ts'
import { check } from './check.ts'
import type { DoctorParts } from './doctor-parts.ts'

/** Reports the transport of a proxy that starts now. Empty: the caller has no proxy. */
export async function checkTransport({ settings, chooseTransport }: DoctorParts): Promise<Check[]> {
  if (chooseTransport === undefined) return []
  const wanted = String(await settings.get('proxy.transport').catch(() => 'fast'))
  const { name, missing } = await chooseTransport(wanted)
  if (missing.length === 0) return [check('transport', 'transport', { status: 'ok', detail: name })]
  return [
    check('transport', 'transport', {
      status: 'warn',
      detail: `${name}, which is slower: Node ${process.version} has no ${missing.join(', no ')}`,
      fix: 'run qwenctl with another version of Node, or qwenctl config set proxy.transport portable',
    }),
  ]
}
