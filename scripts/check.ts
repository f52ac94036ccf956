// `npm run check`: everything that CI runs. Lint runs beside the tests, since the tests often wait. The output of
// lint comes last, in one piece.
import { spawn } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

await run('build', true)
const [lint, tests] = await Promise.all([run('lint', false), run('test:run', true)])
process.stdout.write(lint.output)
if (lint.isDone) console.log('lint: no problem found')
if (!lint.isDone || !tests.isDone) process.exit(1)

interface Result {
  isDone: boolean
  /** Empty for a script that writes to the terminal itself. */
  output: string
}

/** Runs one script of package.json. A failing build ends the check: all other scripts need it. */
async function run(script: string, isLive: boolean): Promise<Result> {
  const child = spawn('npm', ['run', '--silent', script], {
    cwd: root,
    stdio: ['inherit', isLive ? 'inherit' : 'pipe', isLive ? 'inherit' : 'pipe'],
    shell: process.platform === 'win32',
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  if (code !== 0 && script === 'build') process.exit(1)
  return { isDone: code === 0, output }
}
