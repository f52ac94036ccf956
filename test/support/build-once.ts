import { buildIfMissing } from './cli.ts'

/** Global setup: before the first test, so that no two files build at the same time. */
export function setup(): void {
  buildIfMissing()
}
