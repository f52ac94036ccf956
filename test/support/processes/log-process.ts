// An observer in a process of its own: `node log-process.ts FOLDER NAME COUNT MAXBYTES END`. Writes COUNT requests with ids
// `NAME-0`, `NAME-1`, ..., and ends as END says: `close`, `exit` (at once, in the same turn), `throw`.
import { openObserver } from '../../../src/lib/observe/observer.ts'
import { givenRecord } from '../observed-request.ts'

const [folder = '', name = '', count = '0', maxBytes = '0', end = 'close'] = process.argv.slice(2)
const observer = await openObserver({
  logsFolder: folder,
  level: 'info',
  maxLogBytes: Number(maxBytes),
  countsMetrics: false,
  env: {},
  clock: Date.now,
  version: '0',
  onTrouble: (message) => process.stderr.write(`${message}\n`),
})
for (let index = 0; index < Number(count); index += 1) {
  observer.record(givenRecord({ id: `${name}-${index}`, at: Date.now() }))
  if (index % 100 === 99 && end === 'close') await new Promise((resolve) => setImmediate(resolve))
}
if (end === 'exit') process.exit(3)
if (end === 'throw') {
  setImmediate(() => {
    throw new Error('it broke, with sk-0123456789abcdef0123456789')
  })
} else await observer.close()
