import { readFileSync } from 'node:fs'

/** What a machine knows of time beside the clock that a process sees. */
export interface MachineClock {
  /** What a process of it takes the time for at this moment, epoch milliseconds. */
  wall(): number
  /** Milliseconds that only grow, within this process; cheap. They may stop while the machine sleeps. */
  steady(): number
  /** Null where the system does not tell. */
  read(): MachineTime | null
}

export interface MachineTime {
  /** One run of the machine. */
  boot: string
  /** Milliseconds since then, asleep or not, whatever its clock was set to: the same for all processes. */
  uptime: number
  /** The machine's own clock, epoch milliseconds, to about a second; null: unknown. */
  time: number | null
}

/**
 * Linux tells (proc(5), proc_uptime(5), proc_stat(5), read 2026-11-29): a boot id, the seconds since then to two decimals,
 * and `btime`, the clock less those seconds. They are of the kernel: a clock that is faked for one process leaves them alone.
 */
export const systemClock: MachineClock = {
  wall: () => Date.now(),
  steady: () => performance.now(),
  read() {
    if (process.platform !== 'linux') return null
    try {
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
      const uptime = Math.round(Number.parseFloat(readFileSync('/proc/uptime', 'latin1')) * 1000)
      const began = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1]
      if (boot === '' || !Number.isSafeInteger(uptime)) return null
      return { boot, uptime, time: began === undefined ? null : Number(began) * 1000 + uptime }
    } catch {
      return null // a container that hides it
    }
  },
}
