import { spawn } from 'node:child_process'
import type { AccountFilter } from '../../lib/toolkit/toolkit.ts'

/** The questions of `auth add`, in a process of their own: whatever happens there, the screen comes back. */
export async function addAccountAside({ user }: AccountFilter): Promise<void> {
  const [, script = ''] = process.argv
  const words = ['auth', 'add', ...(user === undefined ? [] : ['--user', user])]
  const child = spawn(process.execPath, [...process.execArgv, script, ...words], { stdio: 'inherit' })
  const exit = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  if (exit !== 0 && exit !== 130) await untilEnter()
}

/** What went wrong stands above; it is gone once the screen is back. */
async function untilEnter(): Promise<void> {
  process.stderr.write('\nEnter goes back to the screen. ')
  const { stdin } = process
  stdin.ref()
  await new Promise<void>((resolve) => {
    stdin.once('data', () => resolve())
    stdin.resume()
  })
  stdin.pause()
}
