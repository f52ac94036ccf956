import { join } from 'node:path'
import { parseEnvText } from '../read/env-text.ts'
import type { Source } from '../read/source.ts'
import { keysIn } from '../read/variables.ts'

/** `.env` files of the current folder and the home folder, or the named file. */
export const envFiles: Source = {
  id: 'env-files',
  label: '.env files',
  inFolder: /^\.env(\.(local|development|production))?$|\.env$/,
  asFile: /\.env(\.[\w-]+)?$/,
  usual: ({ folder, home }) => [join(folder, '.env'), join(folder, '.env.local'), join(home, '.env')],
  read: ({ path, text }, context) => keysIn(parseEnvText(text), { source: 'env-files', file: path }, context),
}
