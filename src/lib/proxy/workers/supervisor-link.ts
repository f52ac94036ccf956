import cluster from 'node:cluster'
import { Channel } from './channel.ts'
import type { SupervisorWords, WorkerWords } from './messages.ts'

export type SupervisorLink = Channel<WorkerWords, SupervisorWords>

/** The way to the supervisor, from within a worker; null: this process is none. Without the supervisor it ends. */
export function supervisorLink(): SupervisorLink | null {
  const { worker } = cluster
  if (worker === undefined || process.send === undefined) return null
  const send = process.send.bind(process)
  return new Channel<WorkerWords, SupervisorWords>({
    send: (message, sent) => send(message, undefined, undefined, sent),
    onMessage: (take) => process.on('message', take),
  })
}

/** Lets go of the supervisor, which takes it for an end that was wanted. */
export function leaveSupervisor(): void {
  if (process.connected) cluster.worker?.disconnect()
}
