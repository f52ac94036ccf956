import { QwenctlError } from '../base/errors.ts'
import { redact } from './mask.ts'

export type NameKind = 'account' | 'user' | 'group' | 'quota group' | 'template' | 'key' | 'job' | 'service'

// Names appear in references (`user:provider/name`), in response headers and as folder names. They leave out every
// character with a meaning there: `/`, `:`, `,`, spaces, anything beyond ASCII, a leading or trailing dot.
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._@+-]{0,62}[A-Za-z0-9_@+-])?$/
// Windows reserves these names for devices, with any extension.
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i
// An account reference may be an id, so no name may look like one.
const ID = /^acc_/i

/** Why a text cannot be a name, in words; null: it can. */
export function nameProblem(name: string): string | null {
  if (name === '') return 'is empty'
  if (name.length > 64) return 'is longer than 64 characters'
  if (ID.test(name)) return 'begins with acc_, which only ids do'
  if (DEVICE.test(name)) return 'is a device name on Windows'
  if (!NAME.test(name))
    return 'may only have the letters a to z, digits and . _ @ + -, and begins with a letter or digit'
  return null
}

/** Returns the name unchanged. Throws `invalid_value` when it is invalid. */
export function checkName(kind: NameKind, name: string): string {
  const problem = nameProblem(name)
  if (problem === null) return name
  // A key pasted in place of a name must not be echoed.
  const shown = redact(name.slice(0, 64), [])
  throw new QwenctlError('invalid_value', `the ${kind} name "${shown}" ${problem}`, {
    hint:
      kind === 'account'
        ? 'use a short name such as work or team-2; any other text can be its label (--label)'
        : 'use a short name such as work, team-2 or alice@example.com',
  })
}
