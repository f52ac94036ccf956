import { useEffect, useRef, useState } from 'preact/hooks'

/** Follows a frequently changing value at most once in `ms`, which limits the requests to the server. */
export function useSlow<Value>(value: Value, ms: number): Value {
  const [slow, setSlow] = useState(value)
  const newest = useRef(value)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  newest.current = value
  useEffect(() => {
    if (value === slow || timer.current !== undefined) return
    timer.current = setTimeout(() => {
      timer.current = undefined
      setSlow(() => newest.current)
    }, ms)
  }, [value, slow, ms])
  useEffect(() => () => clearTimeout(timer.current), [])
  return slow
}
