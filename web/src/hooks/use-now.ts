import { useEffect, useState } from 'preact/hooks'
import { usePage } from './page-context.ts'

const watchers = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

/** A shared clock for the whole page: hundreds of countdowns use one timer. */
function eachSecond(watcher: () => void): () => void {
  watchers.add(watcher)
  timer ??= setInterval(() => {
    if (document.visibilityState !== 'hidden') for (const each of [...watchers]) each()
  }, 1000)
  return () => {
    watchers.delete(watcher)
    if (watchers.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** A text about the server's time; renders again only when the text changes, not every second. */
export function useAtNow<Said extends string | number | null>(say: (now: number) => Said): Said {
  const { store } = usePage()
  const saidNow = () => say(Date.now() + store.state.clockOffsetMs)
  const [, setSaid] = useState(saidNow)
  useEffect(() => eachSecond(() => setSaid(saidNow())))
  return saidNow()
}
