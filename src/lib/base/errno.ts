/** `ENOENT` and the like; undefined for an error that is not the operating system's. */
export function readErrno(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return code !== undefined && /^E[A-Z0-9]+$/.test(code) ? code : undefined
}
