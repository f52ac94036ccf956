import type { JSX, RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Icon } from '../icon.tsx'

export interface MenuItem {
  label: string
  onChoose: () => void
  isDanger?: boolean
}

/** A button that opens a list of actions; arrows move, Esc closes and returns the focus. */
export function Menu({ label, items }: { label: string; items: MenuItem[] }): JSX.Element {
  const [isOpen, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  useLeaving(root, isOpen, () => setOpen(false))
  const close = () => {
    setOpen(false)
    button.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isOpen) return
    const all = listEntries(root.current)
    const next = nextEntry(event.key, all.indexOf(document.activeElement as HTMLElement), all.length)
    if (next !== null) all[next]?.focus()
    else if (event.key === 'Escape') close()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div class="menu" ref={root} onKeyDown={onKeyDown}>
      <button
        type="button"
        ref={button}
        class="button button-quiet button-icon"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-label={label}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="more" />
      </button>
      {isOpen && <MenuList label={label} items={items} onChoose={close} />}
    </div>
  )
}

function MenuList({
  label,
  items,
  onChoose: close,
}: {
  label: string
  items: MenuItem[]
  onChoose: () => void
}): JSX.Element {
  const list = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => listEntries(list.current)[0]?.focus(), [])
  return (
    <div class="menu-list" role="menu" aria-label={label} ref={list}>
      {items.map(({ label, onChoose, isDanger = false }) => (
        <button
          key={label}
          type="button"
          role="menuitem"
          tabIndex={-1}
          class={`menu-item ${isDanger ? 'menu-item-danger' : ''}`}
          onClick={() => {
            close()
            onChoose()
          }}
        >
          {label}
        </button>
      ))}
    </div>
  )
}

/** Reports a pointer or focus event elsewhere. */
function useLeaving(root: RefObject<HTMLElement | null>, isOpen: boolean, onLeave: () => void): void {
  useEffect(() => {
    if (!isOpen) return
    const leave = (event: Event) => {
      if (event.target instanceof Node && !(root.current?.contains(event.target) ?? false)) onLeave()
    }
    document.addEventListener('pointerdown', leave)
    document.addEventListener('focusin', leave)
    return () => {
      document.removeEventListener('pointerdown', leave)
      document.removeEventListener('focusin', leave)
    }
  }, [isOpen])
}

function listEntries(menu: HTMLElement | null): HTMLElement[] {
  return [...(menu?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? [])]
}

function nextEntry(key: string, at: number, length: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return (at + 1) % length
    case 'ArrowUp':
      return (at + length - 1) % length
    case 'Home':
      return 0
    case 'End':
      return length - 1
    default:
      return null
  }
}
