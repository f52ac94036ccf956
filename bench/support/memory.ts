import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { applyLoad } from './load.ts'
import { footprint, removeFolder, stopAll, temporaryFolder } from './processes.ts'
import { table, type Gate, type Section } from './report.ts'
import { show } from './statistics.ts'
import { subjects } from './subjects.ts'
import { startStub } from './upstream.ts'
import { writeWorkload } from './workload.ts'

export interface MemoryOptions {
  accounts: number
  /** The time limit; a run that does not reach its requests says so, and its gate does not apply. */
  minutes: number
  core: { proxy: number | null; load: number | null; upstream: number | null }
}

const FEW = 10_000
const MANY = 1_000_000
const CONNECTIONS = 32
const STEP_SECONDS = 5
const MOST_GROWN_MB = 20
const MOST_PEAK_MB = 120

interface Look {
  requests: number
  rssMb: number
  peakMb: number
}

/** The memory of a proxy after ten thousand requests, and after a million: 1.3 KB requests, 1.6 KB replies. */
export async function measureMemory({ accounts, minutes, core }: MemoryOptions): Promise<Section> {
  const folder = temporaryFolder()
  try {
    const workload = writeWorkload(folder)
    const upstream = await startStub(folder, workload, { core: core.upstream, readsBody: false })
    const place = join(folder, 'qwenctl')
    mkdirSync(place)
    const start = { upstreamPort: upstream.port, core: core.proxy, accounts, isStream: false }
    const subject = await subjects['qwenctl']!.start({ folder: place, ...start })
    const { port, headers, process: proxy } = subject
    const look = (requests: number): Look | null => {
      const seen = footprint(proxy?.pid ?? 0)
      return seen === null ? null : { requests, rssMb: seen.rssMb, peakMb: seen.peakMb }
    }
    const looks = [look(0)]
    const endBy = performance.now() + minutes * 60_000
    let requests = 0
    while (requests < MANY && performance.now() < endBy) {
      const url = `http://127.0.0.1:${port}/v1/chat/completions`
      const load = { url, bodyFile: workload.chatBody, headers, connections: CONNECTIONS, core: core.load }
      const before = requests
      requests += (await applyLoad({ ...load, seconds: before < FEW ? 1 : STEP_SECONDS })).requests
      if (before < FEW && requests >= FEW) looks.push(look(requests))
    }
    looks.push(look(requests))
    return buildSection(looks.filter((each) => each !== null))
  } finally {
    await stopAll()
    removeFolder(folder)
  }
}

function buildSection(looks: Look[]): Section {
  const rows = looks.map(({ requests, rssMb, peakMb }) => [show(requests), show(rssMb), show(peakMb)])
  const head = ['requests', 'RSS MB', 'peak MB']
  const markdown = `At ${CONNECTIONS} connections, 1.3 KB requests and 1.6 KB replies.\n\n${table(head, rows)}`
  return { title: 'Memory', markdown, gates: memoryGates(looks) }
}

/** No gate applies to a run that did not reach its million. */
export function memoryGates(looks: Look[]): Gate[] {
  const few = looks.find(({ requests }) => requests >= FEW)
  const last = looks.at(-1)
  const isWhole = few !== undefined && last !== undefined && last.requests >= MANY
  const grown = isWhole ? last.rssMb - few.rssMb : null
  return [
    {
      name: 'memory after 1,000,000 requests, beyond that after 10,000',
      wanted: `≤ ${MOST_GROWN_MB} MB`,
      measured:
        grown === null ? `only ${show(last?.requests ?? 0)} requests in the time` : `${show(grown)} MB`,
      isMet: grown === null ? null : grown <= MOST_GROWN_MB,
    },
    {
      name: 'peak of memory',
      wanted: `< ${MOST_PEAK_MB} MB`,
      measured: last === undefined ? null : `${show(last.peakMb)} MB`,
      isMet: !isWhole ? null : last.peakMb < MOST_PEAK_MB,
    },
  ]
}
