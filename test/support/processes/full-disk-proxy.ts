// A proxy in a process that may not make files larger than its limit: a disk that is full, for one process. Prints its URL.
import { startProxy } from '../../../src/lib/proxy/start-proxy.ts'
import { openToolkit } from '../../../src/lib/toolkit/open-toolkit.ts'

process.on('SIGXFSZ', () => undefined) // the write then fails with EFBIG
const toolkit = openToolkit({ env: process.env })
const proxy = await startProxy(
  toolkit,
  {
    host: '127.0.0.1',
    port: 0,
    strategy: 'fill-first',
    affinity: false,
    maxBodyMb: 1,
    connectTimeoutMs: 5_000,
    headersTimeoutMs: 20_000,
    idleTimeoutMs: 20_000,
    user: null,
  },
  { onTrouble: (message) => process.stderr.write(`${message}\n`) },
)
process.stdout.write(`${proxy.url}\n`)
