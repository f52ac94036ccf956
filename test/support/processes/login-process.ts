// The code that the login tests run in processes of their own: `node login-process.ts HOME COUNT`. Waits for a line, then asks for
// the account's token COUNT times at once, and prints what it got: tokens, or the codes of errors.

import { isQwenctlError } from '../../../src/lib/base/errors.ts'
import { openToolkit } from '../../../src/lib/toolkit/open-toolkit.ts'

const errorCode = (error: unknown) => (isQwenctlError(error) ? error.code : String(error))
const [home = '', count = '1'] = process.argv.slice(2)
const toolkit = openToolkit({ env: { QWENCTL_HOME: home } })
const account = await toolkit.accounts.find('home')
process.stdout.write('ready\n')
await new Promise((resolve) => process.stdin.once('data', resolve))
const asked = Array.from({ length: Number(count) }, () =>
  toolkit.accounts.readSecret(account).catch(errorCode),
)
const tokens = await Promise.all(asked)
await toolkit.close()
process.stdout.write(`${JSON.stringify([...new Set(tokens)])}\n`)
process.exit(0)
