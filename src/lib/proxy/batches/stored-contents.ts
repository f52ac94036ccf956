import { createReadStream, existsSync, statSync } from 'node:fs'
import type { Exchange } from '../pipeline/exchange/exchange.ts'

/** The size in bytes; 0: there is no such file. */
export function measureFile(path: string): number {
  return existsSync(path) ? statSync(path).size : 0
}

/** Sends files one after the other, at the pace of the client. */
export async function sendFiles(exchange: Exchange, paths: string[]): Promise<void> {
  exchange.begin(200, ['content-type', 'application/x-jsonl'])
  for (const path of paths) {
    if (!existsSync(path)) continue
    for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
      if (exchange.isGone) return
      if (!exchange.write(chunk)) await drained(exchange)
    }
  }
  exchange.end()
}

function drained(exchange: Exchange): Promise<void> {
  return new Promise<void>((resolve) => {
    exchange.clientListener = { onClientLeft: resolve }
    exchange.call.whenDrained(resolve)
  }).then(() => {
    exchange.clientListener = null
  })
}
