import { readFileSync } from 'node:fs'

/** Sources of time on a machine besides the clock that a process sees. */
export interface MachineClock {
  /** The process's own clock at this moment, in epoch milliseconds. */
  wall(): number
  /** Milliseconds that only grow, within this process; cheap to read. The clock may stop during sleep. */
  steady(): number
  /** Null when the system does not say. */
  read(): MachineTime | null
}

export interface MachineTime {
  /** The id of one run of the machine. */
  boot: string
  /** Milliseconds since the run began, asleep or not, whatever the clock was set to: the same for all processes. */
  uptime: number
  /** The machine's own clock, in epoch milliseconds, to about a second; null: unknown. */
  time: number | null
}

/**
 * Linux provides a boot id, the seconds since boot to two decimals, and `btime`, the clock less those seconds.
 * Source: proc(5), proc_uptime(5), proc_stat(5), read 2026-11-29. The kernel keeps these values: a clock faked for
 * one process does not change them.
 */
export const systemClock: MachineClock = {
  wall: () => Date.now(),
  // `performance` loads a dozen modules of Node, which a short command notices.
  steady: () => process.uptime() * 1000,
  read() {
    if (process.platform !== 'linux') return null
    try {
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
      const uptime = Math.round(Number.parseFloat(readFileSync('/proc/uptime', 'latin1')) * 1000)
      const began = /^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1]
      if (boot === '' || !Number.isSafeInteger(uptime)) return null
      return { boot, uptime, time: began === undefined ? null : Number(began) * 1000 + uptime }
    } catch {
      return null // a container that hides the file
    }
  },
}
