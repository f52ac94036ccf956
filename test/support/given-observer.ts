import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { ByteWriter } from '../../src/lib/base/byte-writer.ts'
import type { LogEntry } from '../../src/lib/observe/logs/log-filter.ts'
import { listLogs } from '../../src/lib/observe/logs/log-names.ts'
import { openObserver } from '../../src/lib/observe/observer.ts'
import type { Observer, ObserverOptions } from '../../src/lib/observe/observer.ts'
import { NOW } from './observed-request.ts'
import { temporaryFolder } from './temp-folder.ts'

export function givenOptions(changes: Partial<ObserverOptions> = {}): ObserverOptions {
  return {
    logsFolder: join(temporaryFolder(), 'logs'),
    level: 'info',
    maxLogBytes: 64 << 20,
    countsMetrics: true,
    env: {},
    clock: () => NOW,
    version: '0.1.0',
    onTrouble: (message) => {
      throw new Error(message)
    },
    ...changes,
  }
}

/** Open until the test ends. */
export async function givenObserver(
  changes: Partial<ObserverOptions> = {},
): Promise<Observer & { folder: string }> {
  const options = givenOptions(changes)
  const observer = await openObserver(options)
  onTestFinished(() => observer.close())
  return Object.assign(observer, { folder: options.logsFolder })
}

/** Everything that is in the logs of a folder, byte for byte. */
export function logText(folder: string): string {
  return listLogs(folder)
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('')
}

/** Every line; one that is no JSON fails. */
export function logEntries(folder: string): LogEntry[] {
  return logText(folder)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogEntry)
}

/** Lines as a log file takes them. */
export function writeBytes(text: string): ByteWriter {
  const bytes = new ByteWriter()
  bytes.text(text)
  return bytes
}
