import { findPackageRoot } from '../base/package-root.ts'

/** The version of this program, as its package.json says. */
export function ownVersion(): string {
  return findPackageRoot()?.version ?? '0.0.0'
}
