import cluster from 'node:cluster'
import { Channel } from './channel.ts'
import type { SupervisorWords, WorkerWords } from './messages.ts'

export type SupervisorLink = Channel<WorkerWords, SupervisorWords>

/**
 * The link from a worker to its supervisor; null: this process is no worker. Without the supervisor the
 * worker ends.
 */
export function openSupervisorLink(): SupervisorLink | null {
  const { worker } = cluster
  if (worker === undefined || process.send === undefined) return null
  const send = process.send.bind(process)
  return new Channel<WorkerWords, SupervisorWords>({
    send: (message, sent) => send(message, undefined, undefined, sent),
    onMessage: (take) => process.on('message', take),
  })
}

/** Disconnects from the supervisor, which treats that as an intended end. */
export function leaveSupervisor(): void {
  if (process.connected) cluster.worker?.disconnect()
}
