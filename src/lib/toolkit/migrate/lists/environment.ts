import type { Source } from '../read/source.ts'
import { keysIn } from '../read/variables.ts'

/** The variables of this process. */
export const environment: Source = {
  id: 'environment',
  label: 'environment variables',
  inFolder: /^$/,
  asFile: /^$/,
  usual: () => [],
  read: () => null,
  beyondFiles: (look) => keysIn(look.env, { source: 'environment', file: 'environment' }, look),
}
