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
  beyondFiles: (context) => keysIn(context.env, { source: 'environment', file: 'environment' }, context),
}
