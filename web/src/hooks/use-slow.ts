import { useEffect, useRef, useState } from 'preact/hooks'

/** A value that changes often, followed at most once in `ms`: what it makes us ask of the server must stay little. */
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
