import { packageRoot } from '../base/package-root.ts'

/** The version of this program, as its package.json says. */
export function ownVersion(): string {
  return packageRoot()?.version ?? '0.0.0'
}
