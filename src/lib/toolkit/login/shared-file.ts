import { formatTime } from '../../base/iso-time.ts'
import { readQwenCodeFile, writeQwenCodeFile } from '../../store/qwen-code-file.ts'
import { withQwenCodeLock } from '../../store/locks/qwen-code-lock.ts'
import type { TokenSet } from './token-set.ts'

/**
 * Coordinates a renewal with qwen-code if both share a login. The renewal holds qwen-code's lock and uses the tokens
 * of its file if they are newer (`isNewer`). The new tokens are written back to the file. Without a shared file the
 * action runs directly. Refresh tokens work once, so an uncoordinated renewal would end the other program's login.
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
          expiresAt: formatTime(theirs.expiresAt),
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
