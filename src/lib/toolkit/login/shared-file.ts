import { readQwenCodeFile, writeQwenCodeFile } from '../../store/qwen-code-file.ts'
import { withQwenCodeLock } from '../../store/locks/qwen-code-lock.ts'
import type { TokenSet } from './token-set.ts'

/**
 * Runs a renewal in agreement with qwen-code where both have the same login: under its lock, with what its file has if
 * that is newer (`isNewer`), and with the new tokens put back into its file. Without a shared file the action runs as
 * it is. Refresh tokens work once: whoever renewed without the other would end the other's login.
 */
export async function withSharedFile<R>(
  tokens: TokenSet,
  clock: () => number,
  action: (tokens: TokenSet, isNewer: boolean) => Promise<{ tokens: TokenSet; result: R }>,
): Promise<R> {
  const file = tokens.sharedFile
  if (file === null || readQwenCodeFile(file) === null) return (await action(tokens, false)).result
  return withQwenCodeLock(file, async () => {
    const theirs = readQwenCodeFile(file)
    const isOther = theirs !== null && theirs.accessToken !== tokens.accessToken
    const newest = isOther
      ? {
          ...tokens,
          accessToken: theirs.accessToken,
          refreshToken: theirs.refreshToken,
          expiresAt: new Date(theirs.expiresAt).toISOString(),
          obtainedAt: null,
        }
      : tokens
    const isNewer = isOther && theirs.expiresAt > clock()
    const { tokens: renewed, result } = await action(newest, isNewer)
    if (!isNewer && renewed.refreshToken !== null && renewed.expiresAt !== null) {
      await writeQwenCodeFile(file, {
        accessToken: renewed.accessToken,
        refreshToken: renewed.refreshToken,
        expiresAt: Date.parse(renewed.expiresAt),
      })
    }
    return result
  })
}
