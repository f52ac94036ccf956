import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../../support/cli.ts'

const file = join(root, 'src', 'lib', 'terminal', 'print-now.ts')
/** More than a pipe holds. */
const LENGTH = 4_000_000

/** Prints much in a process of its own. `standIn`: code that runs before. */
function startPrinting(standIn: string) {
  const code = `
    import { writeSync } from 'node:fs'
    import { printNow } from ${JSON.stringify(file)}
    ${standIn}
    printNow('x'.repeat(${LENGTH}))
    writeSync(2, 'printed')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code])
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const ended = new Promise<number | null>((done) => child.on('close', done))
  return { child, ended, readErrors: () => errors }
}

// Node's stream makes the descriptor of a pipe non-blocking, so a full pipe takes only a part (EAGAIN).
const cases = [
  ['when a full pipe takes only a part', 'process.stdout'],
  ['where the stream prints everything', `Object.defineProperty(process, 'platform', { value: 'win32' })`],
] as const

test.each(cases)('%s, a reader that leaves early causes no error', async (_, standIn) => {
  const { child, ended, readErrors } = startPrinting(standIn)
  await expect.poll(readErrors, { timeout: 20_000 }).toBe('printed')
  child.stdout.destroy()
  expect({ exit: await ended, errors: readErrors() }).toEqual({ exit: 0, errors: 'printed' })
})

test.each(cases)('%s, a slow reader gets every byte once', async (_, standIn) => {
  const { child, ended, readErrors } = startPrinting(standIn)
  await expect.poll(readErrors, { timeout: 20_000 }).toBe('printed')
  let length = 0
  child.stdout.on('data', (bytes: Buffer) => (length += bytes.length))
  expect({ exit: await ended, length }).toEqual({ exit: 0, length: LENGTH })
})
