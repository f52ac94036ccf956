import { spawn } from 'node:child_process'
import type { AccountFilter } from '../../lib/toolkit/toolkit.ts'

/** Runs the questions of `auth add` in a separate process, so that the screen survives any failure. */
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

/** Keeps an error visible: the returning screen overwrites it. */
async function untilEnter(): Promise<void> {
  process.stderr.write('\nPress Enter to return to the screen. ')
  const { stdin } = process
  stdin.ref()
  await new Promise<void>((resolve) => {
    stdin.once('data', () => resolve())
    stdin.resume()
  })
  stdin.pause()
}
